// Chains of beacons, and the rounds that draws take from them (docs/formats/beacon.md, "In the ledger").
import { type Bytes, toHex } from "../bytes.js";
import { type Chain, beaconOutput, checkChain, roundAt, timeOf } from "../drand.js";
import type { Decoded } from "../flatbuffer.js";
import { refuse } from "../refusal.js";
import { drawInPhase } from "./draw.js";
import { big, bytes, flag, hex, number, text } from "./fields.js";
import { checkTwoTrustees } from "./keys.js";
import type { Draw, DrawBeacon, Event, State } from "./state.js";

export function admitChain(state: State, { payload: p, authors }: Event): void {
  checkTwoTrustees(authors);
  const chain: Chain = { scheme: text(p, "scheme"), publicKey: bytes(p, "public_key"), period: big(p, "period_s"),
    genesis: big(p, "genesis_s"), groupHash: bytes(p, "group_hash"), beaconId: text(p, "beacon_id") };
  checkChain(chain, bytes(p, "chain"));
  const name = hex(p, "chain");
  const active = flag(p, "active");
  if ((state.beacons.get(name)?.active ?? false) === active) {
    refuse("beacon.known", "没有可更改的", "nothing would change");
  }
  state.beacons.set(name, { chain, active });
}

/** What an announcement says of its beacon. That the chain is in force is asked of the file's draw only. */
export function announcedBeacon(state: State, p: Decoded, mine: boolean): DrawBeacon | undefined {
  const hash = bytes(p, "beacon_chain");
  const round = big(p, "beacon_round");
  if (hash.length === 0 && round === 0n) return undefined;
  const registered = state.beacons.get(toHex(hash));
  if (registered === undefined || (mine && !registered.active)) {
    return refuse("beacon.unknown", "信标链没有登记，或已停用", "the beacon chain is not registered, or no longer active");
  }
  return { hash, chain: registered.chain, round, time: timeOf(registered.chain, round) };
}

/** Between the deadlines for reveals, by the margin, and for execution. */
export function checkRoundTime(p: Decoded, beacon: DrawBeacon, margin: bigint): void {
  if (beacon.time < big(p, "reveal_deadline") + margin || beacon.time >= big(p, "execute_deadline")) {
    refuse("draw.beacon_round", "信标轮次不在揭示与执行期限之间", "the beacon's round is not between the deadlines");
  }
}

export function admitRecorded(state: State, { entry, payload: p }: Event): void {
  const draw = drawInPhase(state, p, "ready");
  const beacon = draw.beacon ?? refuse("draw.beacon_none", "没有公告信标", "no beacon was announced");
  if (draw.output !== undefined) refuse("draw.beacon_recorded", "信标已经记录", "the beacon is recorded already");
  if (big(p, "round") !== beacon.round) {
    refuse("draw.beacon_round", "不是公告的那一轮", "not the round that was announced");
  }
  if (entry.time < beacon.time) refuse("draw.early", "尚未到期", "too early");
  draw.output = beaconOutput(beacon.chain, beacon.round, bytes(p, "signature"));
}

/** The outputs that a substitute is drawn from, the decision being of this time. */
export function substituteOutputs(draw: Draw, decided: bigint, { entry, payload: p }: Event): Bytes[] {
  const round = big(p, "beacon_round");
  const signature = bytes(p, "beacon_signature");
  if (draw.beacon === undefined) {
    if (round !== 0n || signature.length > 0) refuse("draw.beacon_none", "没有公告信标", "no beacon was announced");
    return [];
  }
  const { chain } = draw.beacon;
  const due = roundAt(chain, decided + BigInt(number(draw.announced, "substitute_delay_s")));
  if (round !== due) {
    refuse("substitute.beacon_round", "不是决定与等候之后的第一轮信标",
      "not the first round after the decision and the delay");
  }
  if (entry.time < timeOf(chain, round)) refuse("substitute.early", "等候时间未到", "the delay has not passed");
  return [beaconOutput(chain, round, signature)];
}
