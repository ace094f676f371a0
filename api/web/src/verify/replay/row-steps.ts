// The entries that decide over one row of a draw, without the rest of the log (docs/formats/draw-row.md, "Which
// entries"). Whether their authors were entitled is not looked at.
import type { Bytes } from "../bytes.js";
import { digitItem } from "../draw/digits.js";
import { alphaOf } from "../draw/seed.js";
import { type Chain, beaconOutput, checkChain } from "../drand.js";
import type { Entry } from "../entry.js";
import type { Decoded } from "../flatbuffer.js";
import { checkSignatures } from "../intent.js";
import { Refusal, refuse } from "../refusal.js";
import { verifyVrf } from "../vrf.js";
import { isKeyChange, streamOf } from "./envelope.js";
import { big, bytes, flag, hashes, hex, number, rows, text } from "./fields.js";
import { checkKeyChange } from "./log-keys.js";
import { checkSeedHash } from "./seal.js";

const outOfPlace = (): never => refuse("row.entry", "这条事件不属于单户证明文件，或重复、次序不对、缺所依据的",
  "this event has no place in the file of one row, or is there twice, out of order or without what it rests on");

export class RowSteps {
  private readonly logKeys: Bytes[] = [];
  private last: bigint | undefined;
  private readonly chains = new Map<string, Chain>();
  announced: Decoded | undefined;
  private leaf: Bytes = new Uint8Array(0);
  private readonly digits: Bytes[] = [];
  private nonces: Bytes[] | undefined;
  private beacon: Decoded | undefined;
  executed: Decoded | undefined;
  private opening: Decoded | undefined; // of a sealed draw
  knownAt: bigint | undefined; // position of the entry that brought the proof
  voided = false;
  failed = false;

  constructor(private readonly origin: string, private readonly draw: string) {}

  /** In the order of the file; `position` is what it says. Refuses with the codes of draw-row.md. */
  take(entry: Entry, position: bigint): void {
    const { intent } = entry;
    if (intent.unknown !== undefined) {
      refuse("payload.unknown", "本程序不认识的内容，请升级", "it holds something that this program does not know: upgrade it");
    }
    if (entry.position !== position) refuse("chain.position", "条目所写的位置不对", "the entry says another position");
    if (this.last === undefined && (position !== 0n || intent.kind !== "Genesis")) {
      refuse("proof.genesis", "证明文件缺创世事件", "the genesis is missing");
    }
    if (this.last !== undefined && position <= this.last) {
      refuse("proof.order", "条目没有按位置递增", "the entries do not ascend by position");
    }
    if (intent.origin !== this.origin) refuse("intent.origin", "该事件是给另一个账本的", "the event is for another log");
    if (intent.stream !== streamOf(intent.kind, intent.payload)) {
      refuse("intent.stream", "所写的流不是此事件的", "the stream is not the event's");
    }
    try {
      checkSignatures(intent, entry.signatures);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse("intent.signature", error.zh, error.en);
    }
    this.last = position;
    this.takeEvent(entry);
  }

  private takeEvent(entry: Entry): void {
    const { kind, payload: p } = entry.intent;
    if (kind === "Genesis") {
      if (entry.position !== 0n) outOfPlace();
      this.logKeys.push(bytes(p, "log_key"));
    } else if (isKeyChange(kind, p)) {
      this.logKeys.push(checkKeyChange(this.origin, this.logKeys, p));
    } else if (kind === "BeaconChainSet") {
      const chain: Chain = { scheme: text(p, "scheme"), publicKey: bytes(p, "public_key"), period: big(p, "period_s"),
        genesis: big(p, "genesis_s"), groupHash: bytes(p, "group_hash"), beaconId: text(p, "beacon_id") };
      checkChain(chain, bytes(p, "chain"));
      this.chains.set(hex(p, "chain"), chain);
    } else {
      this.takeStep(entry);
    }
  }

  private takeStep(entry: Entry): void {
    const { kind, payload: p, stream } = entry.intent;
    if (stream !== this.draw || (kind === "DrawAnnounced") !== (this.announced === undefined)) outOfPlace();
    switch (kind) {
      case "DrawAnnounced":
        this.announced = p;
        this.leaf = entry.leaf;
        break;
      case "DigitsRecorded":
        if (this.nonces !== undefined) outOfPlace();
        this.digits.push(digitItem(text(p, "source"), text(p, "issue"), text(p, "digits")));
        break;
      case "RevealsClosed":
        if (this.nonces !== undefined) outOfPlace();
        this.nonces = rows(p, "nonces").map((row) => bytes(row, "nonce"));
        break;
      case "BeaconRecorded":
        if (this.nonces === undefined || this.beacon !== undefined) outOfPlace();
        this.beacon = p;
        break;
      case "DrawExecuted":
        if (this.nonces === undefined || this.executed !== undefined) outOfPlace();
        this.executed = p;
        this.knownAt = entry.position;
        break;
      case "DrawDisclosed":
        if (!this.isSealed() || number(p, "part") !== 0 || rows(p, "visits").length > 0) outOfPlace();
        this.opening = p;
        this.knownAt = entry.position;
        break;
      case "DrawVoided":
        if (this.voided) outOfPlace();
        this.voided = true;
        break;
      case "DrawFailed":
        if (this.failed || this.nonces !== undefined) outOfPlace();
        this.failed = true;
        break;
      default:
        outOfPlace();
    }
  }

  private outputs(announced: Decoded): Bytes[] {
    if (bytes(announced, "beacon_chain").length === 0) return this.beacon === undefined ? [] : outOfPlace();
    const chain = this.chains.get(hex(announced, "beacon_chain")) ??
      refuse("beacon.unknown", "文件中没有公告的信标链的登记", "the announced beacon chain is not in the file");
    const recorded = this.beacon ?? refuse("draw.beacon_awaited", "执行之前没有记录公告的信标",
      "the announced beacon was not recorded before the execution");
    if (big(recorded, "round") !== big(announced, "beacon_round")) {
      refuse("draw.beacon_round", "不是公告的那一轮", "not the round that was announced");
    }
    return [beaconOutput(chain, big(recorded, "round"), bytes(recorded, "signature"))];
  }

  /** Executed, and what opens it is not there. */
  isSealed(): boolean {
    return this.executed !== undefined && this.opening === undefined && flag(this.announced!, "sealed");
  }

  /** With their cut-offs; there is a seed. */
  strata(): readonly Decoded[] {
    return rows(this.opening ?? this.executed!, "strata");
  }

  /** Undefined before the execution, or before what opens a sealed one. */
  seed(): Bytes | undefined {
    const announced = this.announced ?? refuse("proof.draw", "证明文件中没有所说的抽取", "the draw that the file is about is not in it");
    if (this.executed === undefined || this.isSealed()) return undefined;
    if (this.nonces!.length !== hashes(announced, "contributors").length) {
      refuse("draw.reveals", "所列随机数的个数不是公告的贡献人数", "there is not one nonce for each announced contributor");
    }
    const outputs = this.outputs(announced);
    let seed: Bytes;
    try {
      seed = verifyVrf(bytes(announced, "vrf_key"), alphaOf(this.leaf, [...this.nonces!, ...this.digits], outputs),
        bytes(this.opening ?? this.executed, "pi"));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse("draw.vrf", "随机证明不成立", "the VRF proof fails");
    }
    if (this.opening !== undefined) checkSeedHash(this.leaf, seed, bytes(this.executed, "seed_hash"));
    return seed;
  }
}
