// One entry of a partial log: its envelope, what it says, and the state after it.
import type { Entry } from "../entry.js";
import { admitAnnounced } from "./announcement.js";
import * as beacon from "./beacon.js";
import * as catalogue from "./catalogue.js";
import * as draw from "./draw.js";
import { admitEnvelope } from "./envelope.js";
import * as keys from "./keys.js";
import type { Event, State } from "./state.js";
import * as tasks from "./tasks.js";

type Admit = (state: State, event: Event) => void;

const nothingMore: Admit = () => undefined; // what it says concerns the whole log only

const rules: Readonly<Record<string, Admit>> = {
  Genesis: keys.admitGenesis,
  PermissionsChanged: keys.admitPermissionsChanged,
  KeyGranted: keys.admitKeyGranted,
  KeyRevoked: keys.admitKeyRevoked,
  VrfKeyRegistered: keys.admitVrfKey,
  DepartmentSet: catalogue.admitDepartment,
  ItemListed: catalogue.admitItemListed,
  ItemReviewed: catalogue.admitItemReviewed,
  ItemPublished: catalogue.admitItemPublished,
  ItemWithdrawn: catalogue.admitItemWithdrawn,
  RuleSet: catalogue.admitRule,
  PlanPublished: catalogue.admitPlan,
  SubjectsImported: nothingMore,
  InspectorsImported: catalogue.admitInspectorsImported,
  ConflictDeclared: catalogue.admitConflictDeclared,
  ConflictDecided: catalogue.admitConflictDecided,
  ConflictEnded: catalogue.admitConflictEnded,
  DrawAnnounced: admitAnnounced,
  DrawCommitted: draw.admitCommitted,
  CommitmentsClosed: draw.admitCommitmentsClosed,
  DrawRevealed: draw.admitRevealed,
  RevealsClosed: draw.admitRevealsClosed,
  DrawExecuted: draw.admitExecuted,
  DrawDisclosed: draw.admitDisclosed,
  DrawVoided: draw.admitVoided,
  DrawFailed: draw.admitFailed,
  DrawAttested: draw.admitAttested,
  EvidenceAttached: draw.admitEvidence,
  RecusalFiled: tasks.admitRecusalFiled,
  RecusalDecided: tasks.admitRecusalDecided,
  SubstituteDrawn: tasks.admitSubstitute,
  UnitsAdded: tasks.admitUnitsAdded,
  ResultRecorded: tasks.admitResult,
  ResultCorrected: tasks.admitResultCorrected,
  ResultFollowedUp: tasks.admitFollowedUp,
  ResultPublished: tasks.admitPublished,
  PublicationWithheld: tasks.admitWithheld,
  ObjectionFiled: tasks.admitObjection,
  ObjectionDecided: tasks.admitObjectionDecided,
  RecordsErased: nothingMore,
  StateDigested: nothingMore,
  CheckpointWitnessed: nothingMore,
  BeaconChainSet: beacon.admitChain,
  BeaconRecorded: beacon.admitRecorded,
  DigitsRecorded: draw.admitDigits,
  VrfKeyShared: keys.admitVrfShared,
  VrfShareConfirmed: keys.admitShareConfirmed,
  TeamNamed: tasks.admitTeamNamed,
};

/** Whether a task is of the draw that the file is about; of earlier attempts only how they ended is looked at. */
function concernsFile(state: State, event: Event): boolean {
  const stream = event.entry.intent.stream;
  return !stream.startsWith("task/") || stream.startsWith(`task/${state.subject.slice("draw/".length)}/`);
}

/** Refuses with the codes of docs/formats/events.md. */
export function admit(state: State, entry: Entry): void {
  const event = admitEnvelope(state, entry);
  const rule = rules[entry.intent.kind];
  if (rule === undefined) throw new Error(`no rule for ${entry.intent.kind}`);
  if (concernsFile(state, event)) rule(state, event);
  const { stream } = entry.intent;
  state.versions.set(stream, (state.versions.get(stream) ?? 0n) + 1n);
  state.times.set(entry.position, entry.time);
}
