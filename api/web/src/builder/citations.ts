// The streams that an event cites, its authors' keys among them (docs/formats/draw-proof.md, "Which entries").
import type { Entry } from "../verify/entry.js";
import type { Decoded } from "../verify/flatbuffer.js";
import { bytes, hashes, hex, number, rows, text, texts } from "../verify/replay/fields.js";
import { keyStream } from "./registry.js";

const named = (kind: string, ids: readonly string[]): string[] => ids.filter((id) => id !== "").map((id) => `${kind}/${id}`);
const departments = (...ids: readonly string[]): string[] => named("department", ids);

function cited(kind: string, p: Decoded): string[] {
  switch (kind) {
    case "KeyGranted": return departments(text(p["grant"] as Decoded, "department"));
    case "KeyRevoked": return [`key/${hex(p, "key")}`];
    case "VrfKeyShared": return hashes(p, "holders").map(keyStream);
    case "DepartmentSet": return departments(text(p, "superior"));
    case "ItemListed": return departments(text(p, "department"));
    case "RuleSet": return departments(text(p, "department"), ...rows(p, "capacities").map((row) => text(row, "unit")));
    case "PlanPublished":
      return [...departments(text(p, "department")), ...named("rule", [text(p, "rule")]), ...named("item", texts(p, "items"))];
    case "InspectorsImported": return departments(...rows(p, "rows").map((row) => text(row, "unit")));
    case "ConflictDeclared": return departments(text(p, "unit"));
    case "DrawAnnounced": return citedByAnnouncement(p);
    case "UnitsAdded": return departments(...texts(p, "units"));
    default: return [];
  }
}

function citedByAnnouncement(p: Decoded): string[] {
  const attempt = number(p, "attempt");
  return [
    ...named("plan", [text(p, "plan")]),
    ...(attempt > 1 ? [`draw/${text(p, "plan")}/${attempt - 1}`] : []),
    ...(text(p, "previous") === "" ? [] : [text(p, "previous")]),
    ...[...hashes(p, "contributors"), ...hashes(p, "supervisors")].map(keyStream),
    ...(bytes(p, "beacon_chain").length === 0 ? [] : [`beacon/${hex(p, "beacon_chain")}`]),
    ...departments(...rows(p, "groups").flatMap((group) => texts(group, "units"))),
  ];
}

export function citations({ intent }: Entry): string[] {
  return [...cited(intent.kind, intent.payload), ...intent.authors.map(keyStream)];
}
