import { PCA } from "ml-pca";

/** Rows of numbers, one after the other. */
export interface Rows {
  /** [rows * dimensions] */
  values: Float32Array;
  dimensions: number;
}

/** Directions searched beyond those wanted: what the wanted ones miss at first is found among them. */
const oversampling = 10;
/** Passes over the data; each multiplies what is left of the unwanted directions by the square of the ratio of the variances. */
const passes = 7;

/** Reproducible numbers, normal enough for a starting point: the sum of uniform ones. Source: Park and Miller's generator. */
function createStart(length: number, seed: number): Float64Array {
  let state = seed;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Float64Array.from({ length }, () => next() + next() + next() + next() - 2);
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < left.length; index += 1) sum += (left[index] as number) * (right[index] as number);
  return sum;
}

/** target += factor * source */
function addScaled(target: Float32Array | Float64Array, source: ArrayLike<number>, factor: number): void {
  for (let index = 0; index < target.length; index += 1) target[index] = (target[index] as number) + factor * (source[index] as number);
}

/** Modified Gram-Schmidt, twice for accuracy; a direction that the others already span becomes zero. */
function orthonormalise(directions: readonly Float64Array[]): void {
  for (const [position, direction] of directions.entries()) {
    const lengthBefore = Math.sqrt(dot(direction, direction));
    for (let round = 0; round < 2; round += 1) {
      for (const other of directions.slice(0, position)) {
        addScaled(direction, other, -dot(direction, other));
      }
    }
    const length = Math.sqrt(dot(direction, direction));
    const scale = length > lengthBefore * 1e-10 ? 1 / length : 0;
    addScaled(direction, direction, scale - 1);
  }
}

function* eachRow({ values, dimensions }: Rows): Generator<Float32Array> {
  for (let start = 0; start < values.length; start += dimensions) yield values.subarray(start, start + dimensions);
}

/** Takes the mean off every row, in place: float32 loses nothing that a vector of float32 had. */
function centerRows(rows: Rows): void {
  const mean = new Float64Array(rows.dimensions);
  const count = rows.values.length / rows.dimensions;
  for (const row of eachRow(rows)) addScaled(mean, row, 1 / count);
  for (const row of eachRow(rows)) addScaled(row, mean, -1);
}

/** Every direction multiplied by the rows' scatter matrix, which is never made: it is read off the rows in one pass. */
function multiplyByScatter(rows: Rows, directions: readonly Float64Array[]): Float64Array[] {
  const products = directions.map(() => new Float64Array(rows.dimensions));
  for (const row of eachRow(rows)) {
    for (const [position, direction] of directions.entries()) {
      addScaled(products[position] as Float64Array, row, dot(row, direction));
    }
  }
  return products;
}

/**
 * The directions in which the rows differ most, [count][dimensions], unit length, the one with the largest variance first.
 * `rows` is changed when `center` is set.
 *
 * The rows are first projected on the few directions that hold most of their variance, then decomposed exactly among
 * those: the cost grows with rows x dimensions x count, where the whole covariance matrix costs rows x dimensions squared.
 * Source: Halko, Martinsson and Tropp, "Finding structure with randomness" (2011), algorithms 4.4 and 5.1.
 */
export function findLeadingComponents(rows: Rows, options: { count: number; center: boolean }): number[][] {
  if (options.center) centerRows(rows);
  const { dimensions } = rows;
  let directions = Array.from({ length: Math.min(dimensions, options.count + oversampling) }, (_, index) =>
    createStart(dimensions, 1_000_003 + index * 7_919),
  );
  orthonormalise(directions);
  for (let pass = 0; pass < passes; pass += 1) {
    directions = multiplyByScatter(rows, directions);
    orthonormalise(directions);
  }
  const projected = Array.from(eachRow(rows), (row) => directions.map((direction) => dot(row, direction)));
  const loadings = new PCA(projected, { method: "covarianceMatrix", center: false, scale: false }).getLoadings().to2DArray();
  return loadings.slice(0, options.count).map((weights) => {
    const component = new Float64Array(dimensions);
    for (const [position, direction] of directions.entries()) addScaled(component, direction, weights[position] ?? 0);
    return Array.from(component);
  });
}
