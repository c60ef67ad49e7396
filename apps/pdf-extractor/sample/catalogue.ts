import { hexagons, herringbone, laid, rows } from "./laid-materials.ts";
import { brushedMetal, carpet, clay, glaze, leather, rattan, stripes, weave } from "./made-materials.ts";
import { concrete, cork, granite, marble, plaster, slate, terrazzo, wood } from "./natural-materials.ts";
import type { Shader } from "./shader.ts";

/** A material of the catalogue. */
export interface Item {
  name: string;
  code: string;
  /** Euro per square metre. */
  price: number;
  note: string;
  shader: Shader;
}

/** How a section's pictures lie in the PDF: as catalogues of different producers have them. */
export type PictureFormat = "jpeg" | "png" | "cmyk" | "cut";

/** A page of four materials. */
export interface Section {
  title: string;
  text: string;
  format: PictureFormat;
  items: readonly Item[];
}

const boards = rows(2.6, 0.42, -1);
const bricks = rows(0.78, 0.26, 0.5);
const subway = rows(0.7, 0.34, 0.5);
const squares = rows(0.5, 0.5);
const slabs = rows(1, 1);
const mortar = "#c9c2b6";

/** Every section of the sample catalogue. All names, prices and drawings are made up. */
export const sections: readonly Section[] = [
  {
    title: "Wood: floors",
    text: "Solid boards, oiled or lacquered, for living rooms and shops. Lengths from 60 to 220 cm.",
    format: "jpeg",
    items: [
      {
        name: "Dark oak",
        code: "WD-101",
        price: 74.5,
        note: "planked, matte",
        shader: laid(wood("#5a3c26", 11), boards, { jointHex: "#1d120a", joint: 0.018, variation: 0.4 }),
      },
      { name: "Walnut", code: "WD-102", price: 96, note: "grained, satin", shader: wood("#6b4429", 12, 1.3) },
      {
        name: "Light oak herringbone",
        code: "WD-103",
        price: 88.9,
        note: "parquet, matte",
        shader: laid(wood("#c9a577", 13), herringbone(0.3), { jointHex: "#7a5d3a", joint: 0.014, variation: 0.35 }),
      },
      {
        name: "Pine boards",
        code: "WD-104",
        price: 39.9,
        note: "planked, rustic",
        shader: laid(wood("#d8b27c", 14, 1.2), boards, { jointHex: "#8d6a3c", joint: 0.018, variation: 0.25 }),
      },
    ],
  },
  {
    title: "Wood: walls",
    text: "Veneers and cladding for walls and furniture, also for curved surfaces.",
    format: "jpeg",
    items: [
      {
        name: "Grey washed oak",
        code: "WD-201",
        price: 61,
        note: "planked, brushed",
        shader: laid(wood("#9b968d", 21), boards, { jointHex: "#55524d", joint: 0.018, variation: 0.3 }),
      },
      { name: "Black stained ash", code: "WD-202", price: 82.4, note: "grained, matte", shader: wood("#2a2725", 22, 1.8) },
      { name: "Cherry", code: "WD-203", price: 79, note: "grained, glossy", shader: wood("#99502f", 23) },
      { name: "Natural cork", code: "WD-204", price: 34.2, note: "speckled, warm underfoot", shader: cork("#b0834f", 24) },
    ],
  },
  {
    title: "Marble and granite",
    text: "Slabs of 2 and 3 cm, polished, for worktops, stairs and bathrooms.",
    format: "jpeg",
    items: [
      { name: "White marble", code: "ST-301", price: 148, note: "grey veins, polished", shader: marble("#efeeec", "#8b8d92", 31) },
      { name: "Black marble", code: "ST-302", price: 172, note: "white veins, polished", shader: marble("#1c1c1f", "#d9d6d0", 32) },
      { name: "Green marble", code: "ST-303", price: 189, note: "veined, polished", shader: marble("#1f4a38", "#a9c4b1", 33) },
      {
        name: "Grey granite",
        code: "ST-304",
        price: 112.5,
        note: "speckled, polished",
        shader: granite("#a5a5a4", ["#5d5d60", "#d4d3d0", "#2c2c2f"], 34),
      },
    ],
  },
  {
    title: "Natural stone and terrazzo",
    text: "Split, honed or cast: floors that carry trolleys, and terraces that bear frost.",
    format: "jpeg",
    items: [
      { name: "Charcoal slate", code: "ST-401", price: 68, note: "split, rough", shader: slate("#3c3f42", 41) },
      {
        name: "Beige limestone",
        code: "ST-402",
        price: 71.3,
        note: "large slabs, honed",
        shader: laid(concrete("#d9c8a8", 42), slabs, { jointHex: "#a4947a", joint: 0.02, variation: 0.12 }),
      },
      {
        name: "White terrazzo",
        code: "ST-403",
        price: 94,
        note: "coloured chips, honed",
        shader: terrazzo("#e8e5df", ["#b5664a", "#5f7f78", "#3c3c3f", "#d8b26a"], 43),
      },
      {
        name: "Pink granite",
        code: "ST-404",
        price: 105,
        note: "speckled, polished",
        shader: granite("#c58f86", ["#7d4a45", "#e4cfc9", "#38312f"], 44),
      },
    ],
  },
  {
    title: "Concrete and plaster",
    text: "For loft walls and quiet rooms: cast panels, troweled plaster, washable on request.",
    format: "jpeg",
    items: [
      { name: "Grey concrete", code: "CP-501", price: 52, note: "plain, matte", shader: concrete("#93938f", 51) },
      {
        name: "Dark concrete panels",
        code: "CP-502",
        price: 58.5,
        note: "square grid, matte",
        shader: laid(concrete("#55565a", 52), slabs, { jointHex: "#2b2c2e", joint: 0.02, variation: 0.15 }),
      },
      { name: "White plaster", code: "CP-503", price: 28, note: "troweled, rough", shader: plaster("#ecebe6", 53) },
      { name: "Terracotta plaster", code: "CP-504", price: 31, note: "troweled, rough", shader: plaster("#b5684a", 54) },
    ],
  },
  {
    title: "Brick",
    text: "Facing bricks and slips, hand-struck. This page was printed with four inks.",
    format: "cmyk",
    items: [
      {
        name: "Red brick",
        code: "BR-601",
        price: 46,
        note: "running bond, rough",
        shader: laid(clay("#a3452f", 61), bricks, { jointHex: mortar, joint: 0.045, variation: 0.4 }),
      },
      {
        name: "White painted brick",
        code: "BR-602",
        price: 49.9,
        note: "running bond, matte",
        shader: laid(clay("#e6e3dc", 62), bricks, { jointHex: "#b9b4aa", joint: 0.04, variation: 0.1 }),
      },
      {
        name: "Brown brick",
        code: "BR-603",
        price: 44.5,
        note: "running bond, aged",
        shader: laid(clay("#6f4a35", 63), bricks, { jointHex: "#a59c8e", joint: 0.045, variation: 0.5 }),
      },
      {
        name: "Charcoal brick",
        code: "BR-604",
        price: 57,
        note: "herringbone, matte",
        shader: laid(clay("#3b3a3c", 64), herringbone(0.26, 3), { jointHex: "#8f8b85", joint: 0.04, variation: 0.3 }),
      },
    ],
  },
  {
    title: "Tile: walls",
    text: "Glazed wall tiles, 10 x 10 and 7.5 x 15 cm, with matching trims.",
    format: "jpeg",
    items: [
      {
        name: "Blue tile",
        code: "TL-701",
        price: 36.8,
        note: "square grid, glossy",
        shader: laid(glaze("#1f4f9c", 71), squares, { jointHex: "#e9e7e2", joint: 0.03, variation: 0.25, gloss: 0.35 }),
      },
      {
        name: "White subway tile",
        code: "TL-702",
        price: 29.5,
        note: "running bond, glossy",
        shader: laid(glaze("#f1f0ec", 72), subway, { jointHex: "#a9a7a2", joint: 0.03, variation: 0.05, gloss: 0.3 }),
      },
      {
        name: "Green subway tile",
        code: "TL-703",
        price: 33,
        note: "running bond, glossy",
        shader: laid(glaze("#2f6b4a", 73), subway, { jointHex: "#e0ddd6", joint: 0.03, variation: 0.3, gloss: 0.35 }),
      },
      {
        name: "Turquoise hexagon tile",
        code: "TL-704",
        price: 42,
        note: "hexagonal, glossy",
        shader: laid(glaze("#3aa6a0", 74), hexagons(0.62), { jointHex: "#f0efec", joint: 0.03, variation: 0.25, gloss: 0.25 }),
      },
    ],
  },
  {
    title: "Tile: floors",
    text: "Unglazed tiles for floors, slip-resistant, through-coloured.",
    format: "png",
    items: [
      {
        name: "Black and white tile",
        code: "TL-801",
        price: 48,
        note: "checked, matte",
        shader: laid(glaze("#1e1e20", 81), squares, { jointHex: "#8d8b88", joint: 0.02, variation: 0.1, checked: glaze("#ecebe7", 82) }),
      },
      {
        name: "Terracotta hexagon tile",
        code: "TL-802",
        price: 41.5,
        note: "hexagonal, matte",
        shader: laid(clay("#b0603f", 83), hexagons(0.75), { jointHex: "#d9cfc2", joint: 0.035, variation: 0.3 }),
      },
      {
        name: "Mustard tile",
        code: "TL-803",
        price: 38,
        note: "square grid, matte",
        shader: laid(glaze("#c9982f", 84), squares, { jointHex: "#efece4", joint: 0.03, variation: 0.15 }),
      },
      {
        name: "Grey tile",
        code: "TL-804",
        price: 35,
        note: "large slabs, matte",
        shader: laid(concrete("#a9a9a7", 85), slabs, { jointHex: "#5f5f5e", joint: 0.025, variation: 0.12 }),
      },
    ],
  },
  {
    title: "Textiles",
    text: "Upholstery and carpets. The samples are cut; what is around them is transparent.",
    format: "cut",
    items: [
      { name: "Navy wool", code: "TX-901", price: 64, note: "woven, matte", shader: weave("#1d2a4d", "#263760", 91) },
      { name: "Natural linen", code: "TX-902", price: 42, note: "woven, matte", shader: weave("#d6c7a9", "#c6b591", 92, 34) },
      {
        name: "Striped cotton",
        code: "TX-903",
        price: 38.5,
        note: "red and cream stripes",
        shader: stripes(["#b03a34", "#efe4cc"], 0.42, weave("#ffffff", "#f0f0f0", 93, 36)),
      },
      { name: "Grey carpet", code: "TX-904", price: 33.9, note: "plain, loop pile", shader: carpet("#8c8d90", 94) },
    ],
  },
  {
    title: "Leather, metal and cane",
    text: "Covers for doors, counters and furniture.",
    format: "jpeg",
    items: [
      { name: "Brown leather", code: "LM-951", price: 128, note: "plain, satin", shader: leather("#6e4428", 95) },
      { name: "Brushed steel", code: "LM-952", price: 84, note: "plain, brushed", shader: brushedMetal("#a8abae", 96) },
      { name: "Copper sheet", code: "LM-953", price: 139, note: "plain, brushed", shader: brushedMetal("#b3683f", 97) },
      { name: "Rattan", code: "LM-954", price: 56.7, note: "woven, natural", shader: rattan("#c79f63", 98) },
    ],
  },
];
