import type { Detector } from "./load-models.ts";
import { detectRegions, type Detected, type Region } from "./detect-regions.ts";
import { turnPage, type Rotation, type SheetPage } from "./sheet-page.ts";
import type { WorkContext } from "./work-context.ts";

/** A page that stands upright, and the fields on it. */
export interface UprightPage {
  page: SheetPage;
  regions: Region[];
}

/** In the order of the detector's probabilities. */
const turns: readonly Rotation[] = [0, 90, 180, 270];
const portraitTrials: readonly Rotation[] = [180, 90, 270];
const landscapeTrials: readonly Rotation[] = [90, 270, 180];
/** A page is turned only when that is likely enough: most scans are upright (OCRmyPDF turns above a ratio, too). */
const minTurnProbability = 0.6;
/** Orientations less likely than this are not tried when nothing was found. */
const minTrialProbability = 0.02;

/**
 * Turns a page upright. A detector that tells orientations is believed; one that does not is shown the page in others until
 * both fields are found (sheets are taller than wide, so a page is first put on its head, or on its feet), and the one
 * with the best regions counts.
 */
export async function findOrientation(detector: Detector, page: SheetPage, context: WorkContext): Promise<UprightPage> {
  const look = async (rotation: Rotation): Promise<UprightPage & Detected> => {
    const turned = turnPage(page, rotation);
    return { page: turned, ...(await detectRegions(detector, turned, context)) };
  };
  const first = await look(0);
  const likely = first.turns ?? [1, 0, 0, 0];
  const best = turns.toSorted((a, b) => (likely[turns.indexOf(b)] ?? 0) - (likely[turns.indexOf(a)] ?? 0))[0] as Rotation;
  const chosen = best !== 0 && (likely[turns.indexOf(best)] ?? 0) >= minTurnProbability ? await look(best) : first;
  if (isComplete(chosen.regions)) return chosen;
  if (first.turns !== undefined && (chosen.regions.length > 0 || Math.max(...first.turns) > 1 - minTrialProbability)) return chosen;
  const others: UprightPage[] = [];
  for (const rotation of page.height >= page.width ? portraitTrials : landscapeTrials) {
    if (rotation === chosen.page.rotation) continue;
    if (first.turns !== undefined && (first.turns[turns.indexOf(rotation)] ?? 0) < minTrialProbability) continue;
    const other = await look(rotation);
    others.push(other);
    if (isComplete(other.regions)) break;
  }
  // Of equally good ones the first, which is as it was scanned.
  return [chosen, first, ...others].reduce((winner, other) => (measure(other.regions) > measure(winner.regions) ? other : winner));
}

function isComplete(regions: readonly Region[]): boolean {
  return regions.some(({ field }) => field === "register_number") && regions.some(({ field }) => field === "subject_code");
}

/** Best score of each field, added. */
function measure(regions: readonly Region[]): number {
  const best = (wanted: Region["field"]): number =>
    Math.max(0, ...regions.filter(({ field }) => field === wanted).map(({ score }) => score));
  return best("register_number") + best("subject_code");
}
