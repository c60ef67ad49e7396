"""The words of the swatches' world: materials and their kinds, colours, patterns, finishes, styles, scenes.

Every attribute has a list of values; a picture has one value of each (index 0 of kind and style is "none of these").
"""

from __future__ import annotations

import hashlib

# CIE L*a*b* (D65) of each colour's centre.
COLOURS = {
    "white": (95, 0, 1), "cream": (91, 0, 14), "beige": (80, 3, 20), "tan": (66, 11, 32), "brown": (42, 16, 30),
    "dark brown": (24, 9, 14), "light grey": (78, 0, 0), "grey": (56, 0, 0), "charcoal": (31, 0, -1), "black": (10, 0, 0),
    "red": (45, 62, 42), "burgundy": (26, 36, 14), "terracotta": (54, 36, 37), "orange": (67, 43, 68), "yellow": (87, 0, 72),
    "mustard": (67, 10, 62), "olive": (45, -9, 36), "green": (52, -42, 32), "dark green": (27, -22, 11), "mint": (88, -22, 8),
    "sage": (69, -12, 13), "teal": (45, -27, -10), "turquoise": (73, -37, -13), "light blue": (78, -7, -21), "blue": (42, 14, -60),
    "navy": (19, 10, -32), "purple": (36, 45, -45), "lavender": (73, 17, -25), "pink": (79, 28, 2),
}
DARK = {"dark brown", "brown", "charcoal", "black", "burgundy", "dark green", "navy", "purple"}
LIGHT = {"white", "cream", "beige", "light grey", "mint", "light blue", "lavender", "pink", "yellow"}

MATERIALS = (
    "wood", "stone", "marble", "granite", "terrazzo", "concrete", "tile", "brick", "fabric", "leather", "metal", "glass",
    "plaster", "carpet", "cork", "rattan", "wallpaper",
)

# Kinds of a material and the colours in which each occurs.
KINDS = {
    "wood": {
        "oak": ("beige", "tan", "brown", "dark brown", "light grey", "grey", "white", "black", "charcoal", "cream"),
        "walnut": ("brown", "dark brown"), "pine": ("beige", "cream", "tan", "mustard"), "ash": ("cream", "beige", "light grey", "white"),
        "cherry": ("terracotta", "brown"), "mahogany": ("burgundy", "terracotta", "brown"), "teak": ("tan", "mustard", "brown"),
    },
    "stone": {
        "slate": ("charcoal", "grey", "black", "dark green", "navy", "burgundy"), "travertine": ("beige", "cream", "tan", "white"),
        "limestone": ("cream", "beige", "light grey", "white", "grey"), "sandstone": ("tan", "beige", "terracotta", "mustard", "pink"),
    },
    "fabric": {"linen": (), "cotton": (), "wool": (), "velvet": (), "denim": ("blue", "navy", "light blue", "black", "charcoal")},
    "metal": {
        "steel": ("light grey", "grey"), "iron": ("charcoal", "black"), "copper": ("terracotta", "orange"),
        "brass": ("mustard", "yellow"), "bronze": ("brown", "dark brown", "tan"),
    },
}
KIND_VALUES = ("",) + tuple(kind for kinds in KINDS.values() for kind in kinds)

PATTERNS = (
    "plain", "striped", "checked", "herringbone", "chevron", "floral", "geometric", "hexagonal", "dotted", "speckled", "veined",
    "woven", "grained", "planked", "grid", "running bond", "scalloped", "quilted",
)
FINISHES = ("matte", "satin", "glossy", "brushed", "rough", "aged")
STYLES = ("", "modern", "rustic", "industrial", "classic", "mid-century", "scandinavian", "art deco", "bohemian")
SCENES = ("surface", "swatch", "floor", "wall", "board", "object")

# Patterns a material comes in, with weights.
MATERIAL_PATTERNS = {
    "wood": {"grained": 4, "planked": 4, "herringbone": 3, "chevron": 2, "checked": 1, "striped": 1, "hexagonal": 1, "geometric": 1},
    "stone": {"plain": 3, "grid": 2, "running bond": 2, "hexagonal": 1, "herringbone": 1, "veined": 1, "woven": 1},
    "marble": {"veined": 5, "grid": 1, "hexagonal": 1, "herringbone": 1, "checked": 1, "geometric": 1},
    "granite": {"speckled": 4, "grid": 1, "running bond": 1, "hexagonal": 1},
    "terrazzo": {"speckled": 4, "grid": 1, "checked": 1, "hexagonal": 1},
    "concrete": {"plain": 4, "grid": 1, "striped": 1, "hexagonal": 1, "geometric": 1, "running bond": 1},
    "tile": {"grid": 2, "running bond": 2, "hexagonal": 2, "scalloped": 2, "herringbone": 1, "chevron": 1, "checked": 2, "floral": 1, "geometric": 2, "dotted": 1, "woven": 1},
    "brick": {"running bond": 4, "herringbone": 1, "woven": 1, "grid": 1},
    "fabric": {"plain": 3, "striped": 2, "checked": 2, "herringbone": 2, "chevron": 1, "floral": 2, "geometric": 2, "dotted": 2, "woven": 2, "quilted": 1},
    "leather": {"plain": 4, "quilted": 2, "woven": 1, "striped": 1, "geometric": 1, "grid": 1},
    "metal": {"plain": 4, "geometric": 1, "dotted": 1, "striped": 1, "woven": 1, "grid": 1, "hexagonal": 1, "scalloped": 1},
    "glass": {"plain": 3, "striped": 1, "grid": 2, "geometric": 1, "hexagonal": 1, "dotted": 1, "checked": 1},
    "plaster": {"plain": 4, "striped": 1, "floral": 1, "speckled": 1, "geometric": 1},
    "carpet": {"plain": 3, "striped": 1, "checked": 1, "chevron": 1, "floral": 1, "geometric": 2, "dotted": 1, "speckled": 1, "hexagonal": 1, "herringbone": 1},
    "cork": {"speckled": 4, "grid": 1, "hexagonal": 1, "striped": 1},
    "rattan": {"woven": 4, "hexagonal": 1, "herringbone": 1, "striped": 1, "checked": 1},
    "wallpaper": {"plain": 1, "striped": 2, "checked": 1, "floral": 3, "geometric": 2, "dotted": 1, "chevron": 1, "scalloped": 1, "hexagonal": 1, "speckled": 1, "veined": 1, "herringbone": 1},
}

# What a material shows besides its pattern (a granite grid is speckled too).
ALSO_SHOWN = {"wood": "grained", "marble": "veined", "granite": "speckled", "terrazzo": "speckled", "cork": "speckled", "rattan": "woven"}

MATERIAL_FINISHES = {
    "wood": {"matte": 3, "satin": 2, "glossy": 2, "brushed": 1, "rough": 2, "aged": 2},
    "stone": {"matte": 3, "glossy": 2, "rough": 3, "aged": 1}, "marble": {"glossy": 4, "matte": 2, "satin": 1, "aged": 1},
    "granite": {"glossy": 3, "matte": 2, "rough": 1}, "terrazzo": {"glossy": 2, "matte": 2, "satin": 1},
    "concrete": {"matte": 3, "rough": 2, "glossy": 1, "brushed": 1, "aged": 2}, "tile": {"glossy": 4, "matte": 3, "satin": 1, "rough": 1, "aged": 1},
    "brick": {"matte": 2, "rough": 3, "aged": 2, "glossy": 1}, "fabric": {"matte": 4, "satin": 2, "rough": 2, "aged": 1},
    "leather": {"matte": 2, "satin": 2, "glossy": 2, "aged": 2, "rough": 1},
    "metal": {"brushed": 3, "glossy": 3, "matte": 2, "satin": 1, "rough": 1, "aged": 2}, "glass": {"glossy": 4, "matte": 2, "rough": 1},
    "plaster": {"matte": 3, "rough": 3, "brushed": 1, "satin": 1, "aged": 1}, "carpet": {"matte": 3, "rough": 2, "aged": 1},
    "cork": {"matte": 3, "satin": 1, "rough": 1}, "rattan": {"matte": 3, "satin": 1, "glossy": 1, "aged": 1},
    "wallpaper": {"matte": 4, "satin": 2, "glossy": 1, "aged": 1},
}

# Colours in which a material usually comes; any other is possible and rarer (painted, dyed, glazed).
USUAL_COLOURS = {
    "wood": ("beige", "tan", "brown", "dark brown", "cream", "terracotta", "grey", "white", "black", "mustard"),
    "stone": ("cream", "beige", "tan", "grey", "light grey", "charcoal", "terracotta"), "marble": ("white", "black", "light grey", "cream", "dark green", "grey", "pink", "burgundy"),
    "granite": ("grey", "black", "light grey", "pink", "brown", "beige"), "terrazzo": ("white", "light grey", "cream", "pink", "charcoal", "sage"),
    "concrete": ("grey", "light grey", "charcoal", "beige"), "tile": tuple(COLOURS), "brick": ("terracotta", "red", "brown", "white", "charcoal", "tan"),
    "fabric": tuple(COLOURS), "leather": ("brown", "dark brown", "tan", "black", "burgundy", "cream", "navy"),
    "metal": ("light grey", "grey", "charcoal", "mustard", "terracotta", "brown", "black"), "glass": ("mint", "light blue", "turquoise", "light grey", "green", "white"),
    "plaster": ("white", "cream", "beige", "light grey", "terracotta", "pink", "sage"), "carpet": tuple(COLOURS), "cork": ("tan", "brown", "beige", "dark brown"),
    "rattan": ("tan", "beige", "brown", "black", "cream"), "wallpaper": tuple(COLOURS),
}

# What a style prefers; its cues in the picture are drawn by backdrops.py.
STYLE_COLOURS = {
    "modern": ("white", "light grey", "grey", "black", "charcoal", "blue"), "rustic": ("brown", "tan", "terracotta", "beige", "olive", "dark brown"),
    "industrial": ("grey", "charcoal", "black", "brown", "red", "light grey"), "classic": ("cream", "burgundy", "navy", "dark green", "white", "brown"),
    "mid-century": ("mustard", "teal", "orange", "olive", "brown", "turquoise"), "scandinavian": ("white", "light grey", "beige", "light blue", "sage", "cream"),
    "art deco": ("black", "dark green", "navy", "mustard", "purple", "burgundy"), "bohemian": ("terracotta", "pink", "turquoise", "purple", "yellow", "red"),
}

HELD_OUT_SHARE = 10  # one combination in ten


def is_held_out(material: str, colour: str, pattern: str) -> bool:
    """Whether pictures of this combination are kept from training."""
    digest = hashlib.sha256(f"{material}|{colour}|{pattern}".encode()).digest()
    return digest[0] * 256 + digest[1] < 65536 // HELD_OUT_SHARE
