import { chance, createClouds, createNoise, nearestPoint, step } from "./noise.ts";
import { type Color, color, mix, type Shader, tone } from "./shader.ts";

/** Grain along the board: growth rings, bent by noise, and fine pores. */
export function wood(hex: string, seed: number, contrast = 1): Shader {
  const base = color(hex);
  const [bend, pores, shade] = [createClouds(seed, 3), createNoise(seed + 1), createClouds(seed + 2, 2)];
  return (x, y) => {
    const ring = Math.sin((y * 9 + 2.2 * bend(x * 0.35, y * 1.1)) * Math.PI);
    const fine = pores(x * 3, y * 90);
    const amount = 0.13 * ring * Math.abs(ring) + 0.1 * fine + 0.14 * shade(x * 0.4, y * 2.5);
    return tone(base, contrast * amount);
  };
}

/** Thin bent veins with a haze around them. */
export function marble(hex: string, veinHex: string, seed: number): Shader {
  const [base, vein] = [color(hex), color(veinHex)];
  const [bend, haze] = [createClouds(seed, 5), createClouds(seed + 1, 4)];
  return (x, y) => {
    const large = 1 - Math.abs(bend(x * 0.55 + 0.5 * haze(x, y), y * 0.55 - x * 0.3));
    const small = 1 - Math.abs(bend(x * 1.4 + 9, y * 1.4 + x * 0.5));
    const veins = Math.max(step(0.93, 1, large), 0.55 * step(0.95, 1, small));
    const cloud = 0.2 * step(0.1, 0.8, haze(x * 0.7, y * 0.7));
    return mix(mix(base, vein, cloud), vein, 0.85 * veins);
  };
}

/** Grains of three sizes and colours, close together. */
export function granite(hex: string, grainHexes: readonly string[], seed: number): Shader {
  const base = color(hex);
  const grains = grainHexes.map((grain, at) => ({ grain: color(grain), noise: createNoise(seed + at), scale: 16 + 9 * at }));
  return (x, y) =>
    grains.reduce<Color>((seen, { grain, noise, scale }) => mix(seen, grain, step(0.25, 0.5, noise(x * scale, y * scale))), tone(base, 0));
}

/** Chips of stone strewn in cement. */
export function terrazzo(hex: string, chipHexes: readonly string[], seed: number): Shader {
  const base = color(hex);
  const chips = chipHexes.map(color);
  const grain = createNoise(seed + 9);
  return (x, y) => {
    const { distance, edge, column, row } = nearestPoint(x * 4.5, y * 4.5, seed);
    const size = 0.16 + 0.34 * chance(column, row, seed + 2);
    const chip = chips[Math.floor(chance(column, row, seed + 3) * chips.length)] as Color;
    const inside = 1 - step(size - 0.03, size + 0.03, Math.max(distance, 0.5 - edge));
    return tone(mix(base, chip, inside), 0.04 * grain(x * 40, y * 40));
  };
}

/** Clouds, pores and the seams of the formwork. */
export function concrete(hex: string, seed: number): Shader {
  const base = color(hex);
  const [cloud, sand] = [createClouds(seed, 5), createNoise(seed + 1)];
  return (x, y) => {
    const { distance, column, row } = nearestPoint(x * 7, y * 7, seed + 2);
    const pore = chance(column, row, seed + 4) > 0.72 ? 1 - step(0.04, 0.11, distance) : 0;
    return tone(base, 0.2 * cloud(x * 0.8, y * 0.8) + 0.06 * sand(x * 60, y * 60) - 0.4 * pore);
  };
}

/** Split layers: edges that lie across each other, lit from above. */
export function slate(hex: string, seed: number): Shader {
  const base = color(hex);
  const height = createClouds(seed, 5);
  const at = (x: number, y: number) => Math.floor(6 * height(x * 0.6, y * 1.3)) + 1.2 * height(x * 2, y * 5);
  return (x, y) => tone(base, 0.28 * (at(x, y + 0.02) - at(x, y)) + 0.14 * height(x * 3, y * 8));
}

/** Relief of a trowel. */
export function plaster(hex: string, seed: number): Shader {
  const base = color(hex);
  const height = createClouds(seed, 5);
  return (x, y) => tone(base, 0.75 * (height(x * 2 + 0.03, y * 2 + 0.02) - height(x * 2, y * 2)) + 0.05 * height(x * 0.5, y * 0.5));
}

/** Granules pressed together. */
export function cork(hex: string, seed: number): Shader {
  const base = color(hex);
  const grain = createClouds(seed + 7, 3);
  return (x, y) => {
    const { edge, column, row } = nearestPoint(x * 9, y * 9, seed);
    const shade = 0.5 * (chance(column, row, seed + 3) - 0.5);
    return tone(base, shade + 0.2 * grain(x * 20, y * 20) - 0.35 * (1 - step(0, 0.12, edge)));
  };
}
