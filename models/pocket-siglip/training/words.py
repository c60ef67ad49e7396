"""What people call the values: per value its words; the first is the plain one. Some words are only used of one material."""

from __future__ import annotations

from attributes import COLOURS, DARK, LIGHT

MATERIAL_WORDS = {
    "wood": ("wood", "timber", "wooden surface"), "stone": ("stone", "natural stone"), "marble": ("marble",), "granite": ("granite",), "terrazzo": ("terrazzo",),
    "concrete": ("concrete", "cement"), "tile": ("ceramic tile", "tile", "tiles", "ceramic"), "brick": ("brick", "bricks", "brickwork"),
    "fabric": ("fabric", "textile", "cloth", "upholstery fabric"), "leather": ("leather", "hide"), "metal": ("metal", "sheet metal"), "glass": ("glass",),
    "plaster": ("plaster", "stucco", "render"), "carpet": ("carpet", "rug"), "cork": ("cork",), "rattan": ("rattan", "wicker", "cane"),
    "wallpaper": ("wallpaper", "paper"),
}
ADJECTIVES = {"wood": ("wooden", "wood"), "tile": ("tiled", "ceramic"), "brick": ("brick",), "fabric": ("fabric", "textile"), "carpet": ("carpeted", "carpet")}
# A word of one material that may also be said of others.
MATERIAL_UNCLEAR = {"stone": ("marble", "granite", "terrazzo"), "tile": ("stone", "marble", "granite", "terrazzo", "concrete", "glass", "cork"), "brick": ()}

KIND_WORDS = {"steel": ("steel", "stainless steel"), "iron": ("iron", "cast iron"), "wool": ("wool", "woollen fabric"), "brass": ("brass", "gold metal"), "oak": ("oak", "oak wood"), "pine": ("pine", "pine wood")}

COLOUR_WORDS = {
    "white": ("white",), "cream": ("cream", "ivory"), "beige": ("beige", "sand"), "tan": ("tan", "camel", "light brown"), "brown": ("brown", "mid-brown"),
    "dark brown": ("dark brown", "chocolate", "espresso"), "light grey": ("light grey", "light gray", "pale grey"), "grey": ("grey", "gray"),
    "charcoal": ("charcoal", "dark grey", "dark gray", "anthracite"), "black": ("black",), "red": ("red",), "burgundy": ("burgundy", "dark red", "wine red"),
    "terracotta": ("terracotta", "rust"), "orange": ("orange",), "yellow": ("yellow",), "mustard": ("mustard", "ochre", "mustard yellow"),
    "olive": ("olive", "olive green"), "green": ("green",), "dark green": ("dark green", "forest green", "bottle green"), "mint": ("mint", "mint green", "pale green"),
    "sage": ("sage", "sage green"), "teal": ("teal", "petrol"), "turquoise": ("turquoise", "aqua"), "light blue": ("light blue", "pale blue", "sky blue"),
    "blue": ("blue", "royal blue"), "navy": ("navy", "navy blue", "dark blue"), "purple": ("purple", "violet"), "lavender": ("lavender", "lilac"), "pink": ("pink", "rose"),
}
# "blue" is not wrong of navy.
COLOUR_UNCLEAR = {
    "grey": ("light grey", "charcoal"), "blue": ("navy", "light blue"), "green": ("dark green", "mint", "sage", "olive"), "brown": ("dark brown", "tan"),
    "red": ("burgundy",), "yellow": ("mustard",), "purple": ("lavender",), "white": ("cream",),
}
TONE_RIGHT = {"dark": tuple(DARK), "light": tuple(LIGHT)}
TONE_UNCLEAR = {"dark": tuple(c for c, lab in COLOURS.items() if c not in DARK and lab[0] < 58), "light": tuple(c for c, lab in COLOURS.items() if c not in LIGHT and lab[0] > 64)}

PATTERN_WORDS = {
    "plain": ("plain", "solid"), "striped": ("striped",), "checked": ("checked", "checkered", "chequered"), "herringbone": ("herringbone",),
    "chevron": ("chevron", "zigzag"), "floral": ("floral", "flowered"), "geometric": ("geometric",), "hexagonal": ("hexagonal", "honeycomb"),
    "dotted": ("dotted", "polka dot", "spotted"), "speckled": ("speckled", "flecked"), "veined": ("veined", "marbled"), "woven": ("woven", "basket weave"),
    "grained": ("grained",), "planked": ("planked", "plank"), "grid": ("square grid", "grid"), "running bond": ("running bond", "brick bond"),
    "scalloped": ("scalloped", "fish scale"), "quilted": ("quilted", "padded"),
}
PATTERN_NOUNS = {
    "striped": ("stripes",), "checked": ("checks", "a check pattern"), "herringbone": ("a herringbone pattern",), "chevron": ("chevrons", "zigzags"),
    "floral": ("flowers", "a flower pattern"), "geometric": ("a geometric pattern",), "hexagonal": ("hexagons",), "dotted": ("dots", "polka dots"),
    "speckled": ("speckles",), "veined": ("veins", "veining"), "woven": ("a basket weave",), "grained": ("visible grain", "a natural grain"),
    "planked": ("planks", "boards"), "grid": ("a grid of squares",), "running bond": ("a brick pattern",), "scalloped": ("scales", "a fan pattern"),
    "quilted": ("quilting",), "plain": ("no pattern",),
}
PATTERN_OF_MATERIAL = {("metal", "dotted"): ("perforated",), ("metal", "striped"): ("corrugated",), ("tile", "running bond"): ("subway",), ("fabric", "checked"): ("plaid",), ("glass", "striped"): ("fluted",), ("wood", "herringbone"): ("herringbone parquet",), ("wood", "striped"): ("slatted",)}

FINISH_WORDS = {
    "matte": ("matte", "matt"), "satin": ("satin", "semi-gloss"), "glossy": ("glossy", "polished", "shiny"), "brushed": ("brushed",),
    "rough": ("rough", "textured", "coarse"), "aged": ("aged", "weathered", "distressed", "worn"),
}
FINISH_OF_MATERIAL = {("stone", "matte"): ("honed",), ("tile", "glossy"): ("glazed",), ("wood", "glossy"): ("lacquered",), ("metal", "rough"): ("hammered",), ("wood", "aged"): ("reclaimed",), ("glass", "matte"): ("frosted",)}

STYLE_WORDS = {
    "modern": ("modern", "contemporary", "minimalist"), "rustic": ("rustic", "farmhouse"), "industrial": ("industrial", "industrial loft"), "classic": ("classic", "traditional"),
    "mid-century": ("mid-century", "mid-century modern", "retro"), "scandinavian": ("scandinavian", "nordic"), "art deco": ("art deco",), "bohemian": ("bohemian", "boho"),
}

# Phrases with "{}" for the material; an "a" in front is put or left out by chance.
SCENE_PHRASES = {
    "surface": ("close-up of {}", "{} surface", "{} texture", "{} up close"), "swatch": ("{} swatch", "sample of {}", "swatch of {}", "{} sample"),
    "floor": ("{} floor", "{} flooring", "room with a {} floor"), "wall": ("{} wall", "wall covered with {}", "room with a {} wall"),
    "board": ("samples of {}", "sample board of {}", "{} samples", "range of {}"), "object": ("object made of {}", "{} object", "thing made of {}"),
}
SCENE_UNCLEAR = {"surface": ("board", "swatch", "wall"), "swatch": ("surface", "board"), "floor": ("surface", "swatch", "board"), "wall": ("surface", "swatch", "board"), "board": ("swatch",), "object": ()}
