import { expect, test } from "vitest";
import { openTestCatalogue } from "../../test/open-test-catalogue.ts";
import { makeSwatchPdf, someSwatches } from "../../test/swatch-pdf.ts";
import { aiCalls } from "../schema.ts";

test("a used-up budget stops a document with the reason; it is resumed when there is money again, and pays for nothing twice", async () => {
  const catalogue = await openTestCatalogue({ HUGGINGFACE_BATCH_SIZE: "3", COST_PER_IMAGE_USD: "0.01", BUDGET_PER_DAY_USD: "0.05" });
  try {
    const { documents, database, space } = catalogue;
    const { document } = await documents.upload({ bytes: makeSwatchPdf(someSwatches), name: "swatches.pdf" });
    const stopped = await catalogue.settled(document.id);
    expect(stopped).toMatchObject({ status: "stopped", pictures: 7, picturesDone: 3 });
    expect(stopped.waitingFor).toContain("$0.03 of $0.05");
    expect(space.batches).toEqual([3]);
    await documents.resume(document.id);
    expect(await catalogue.settled(document.id)).toMatchObject({ status: "stopped", picturesDone: 3 });
    // A day later.
    await database.db.update(aiCalls).set({ createdAt: new Date(Date.now() - 25 * 3_600_000) });
    await documents.resume(document.id);
    expect(await catalogue.settled(document.id)).toMatchObject({ status: "completed", picturesDone: 7 });
    const costs = await database.db.select({ cost: aiCalls.cost }).from(aiCalls);
    expect(costs.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(0.07);
    await expect(documents.resume(document.id)).rejects.toMatchObject({ code: "conflict" });
  } finally {
    await catalogue.close();
  }
});
