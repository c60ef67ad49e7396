import { chance, createClouds, createNoise, nearestPoint, step } from "./noise.ts";
import { type Color, color, mix, type Shader, tone } from "./shader.ts";

/** Burnt clay, rough. */
export function clay(hex: string, seed: number): Shader {
  const base = color(hex);
  const [cloud, sand] = [createClouds(seed, 4), createNoise(seed + 1)];
  return (x, y) => tone(base, 0.28 * cloud(x * 2.5, y * 2.5) + 0.16 * sand(x * 35, y * 35));
}

/** Glaze: nearly plain, a little deeper here and there. */
export function glaze(hex: string, seed: number): Shader {
  const base = color(hex);
  const cloud = createClouds(seed, 3);
  return (x, y) => tone(base, 0.09 * cloud(x * 1.5, y * 1.5));
}

/** Threads over and under each other, each of its own thickness. */
export function weave(hex: string, otherHex: string, seed: number, threads = 26): Shader {
  const [warp, weft] = [color(hex), color(otherHex)];
  const fibre = createNoise(seed);
  return (x, y) => {
    const [u, v] = [x * threads, y * threads];
    const [column, row] = [Math.floor(u), Math.floor(v)];
    const isWarp = (column + row) % 2 === 0;
    const across = Math.abs((isWarp ? u - column : v - row) - 0.5) * 2;
    const own = chance(isWarp ? column : row, isWarp ? 1 : 2, seed) - 0.5;
    return tone(isWarp ? warp : weft, 0.3 * own - 0.55 * across * across + 0.12 * fibre(x * 90, y * 90));
  };
}

/** Stripes of several colours across the picture. */
export function stripes(hexes: readonly string[], width: number, shader: Shader): Shader {
  const colors = hexes.map(color);
  return (x, y) => {
    const at = Math.floor(x / width);
    const own = colors[((at % colors.length) + colors.length) % colors.length] as Color;
    const [red, green, blue] = shader(x, y);
    return [own[0] * red, own[1] * green, own[2] * blue];
  };
}

/** Grain of a hide: pebbles with creases between them. */
export function leather(hex: string, seed: number): Shader {
  const base = color(hex);
  const shade = createClouds(seed + 5, 3);
  return (x, y) => {
    const { edge, distance } = nearestPoint(x * 13 + shade(x * 2, y * 2), y * 13, seed);
    return tone(base, 0.25 * shade(x * 0.8, y * 0.8) - 0.4 * (1 - step(0, 0.22, edge)) + 0.14 * (0.5 - distance));
  };
}

/** Hairlines along the sheet and a band of light across it. */
export function brushedMetal(hex: string, seed: number): Shader {
  const base = color(hex);
  const [line, broad] = [createNoise(seed), createClouds(seed + 1, 2)];
  return (x, y) => {
    const light = Math.exp(-(((x - 1.5 - 0.4 * y) / 0.9) ** 2));
    return mix(tone(base, 0.16 * line(x * 0.8, y * 120) + 0.06 * broad(x * 0.3, y * 14)), [1, 1, 1], 0.28 * light);
  };
}

/** Loops of yarn, close together. */
export function carpet(hex: string, seed: number): Shader {
  const base = color(hex);
  const patch = createClouds(seed + 3, 3);
  return (x, y) => {
    const { distance, column, row } = nearestPoint(x * 30, y * 30, seed);
    return tone(base, 0.35 * (0.4 - distance) + 0.3 * (chance(column, row, seed + 2) - 0.5) + 0.1 * patch(x, y));
  };
}

/** Cane plaited over and under, dark where one sees through. */
export function rattan(hex: string, seed: number): Shader {
  const base = color(hex);
  const fibre = createNoise(seed);
  return (x, y) => {
    const [u, v] = [x * 5, y * 5];
    const isLevel = (Math.floor(u) + Math.floor(v)) % 2 === 0;
    const [along, across] = isLevel ? [u % 1, v % 1] : [v % 1, u % 1];
    const round = Math.sin(Math.PI * across) * (0.75 + 0.25 * Math.sin(Math.PI * along));
    const hole = 1 - step(0.05, 0.16, Math.min(across, 1 - across));
    return tone(base, 0.55 * round - 0.4 - 0.75 * hole + 0.1 * fibre(isLevel ? x * 4 : x * 60, isLevel ? y * 60 : y * 4));
  };
}
