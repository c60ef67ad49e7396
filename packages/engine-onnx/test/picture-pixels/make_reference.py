"""Odd pictures and the pixels that the reference preprocessing of SigLIP makes of them, as reference.json.

Reference: transformers' SiglipImageProcessorPil after what a careful caller does with a file (first frame, EXIF turn, transparency
on white, convert("RGB"), 16 bits to their upper 8). Written with transformers 5.23.0, Pillow 13.0.0, numpy 2.4.6.

Run: python make_reference.py
"""

import base64
import io
import json
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

SIDE = 24
random = np.random.RandomState(7)


def pattern(width, height, channels=3):
    """Smooth colours with edges, lines and a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 90 * np.sin(x / (3 + 2 * c) + c) * np.cos(y / (4 + c)) + 25 * ((x // 5 + y // 7) % 2) for c in range(channels)]
    return np.clip(np.stack(planes, -1) + random.normal(0, 6, (height, width, channels)), 0, 255).astype("uint8")


def rgb(width, height):
    return Image.fromarray(pattern(width, height), "RGB")


def with_alpha(width, height):
    image = rgb(width, height)
    image.putalpha(Image.fromarray(pattern(width, height, 1)[:, :, 0], "L"))
    return image


def encode(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(rgb(61, 37), "JPEG", quality=95, exif=exif)


def png16(gray):
    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    width, height, channels = 45, 33, 1 if gray else 3
    values = (pattern(width, height, channels).astype(">u2") * 256 + random.randint(0, 256, (height, width, channels))).astype(">u2")
    rows = b"".join(b"\0" + values[row].tobytes() for row in range(height))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([16, 0 if gray else 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""), (values >> 8).astype("uint8")


def files():
    yield "larger PNG", encode(rgb(150, 100), "PNG"), "bilinear"
    yield "larger PNG, bicubic", encode(rgb(150, 100), "PNG"), "bicubic"
    yield "PNG of the very size", encode(rgb(SIDE, SIDE), "PNG"), "bilinear"
    yield "smaller PNG", encode(rgb(9, 13), "PNG"), "bilinear"
    yield "smaller PNG, bicubic", encode(rgb(9, 13), "PNG"), "bicubic"
    yield "one pixel", encode(rgb(1, 1), "PNG"), "bilinear"
    yield "one column", encode(rgb(1, 90), "PNG"), "bilinear"
    yield "one row", encode(rgb(300, 1), "PNG"), "bicubic"
    yield "very wide", encode(rgb(400, 7), "PNG"), "bilinear"
    yield "right width, other height", encode(rgb(SIDE, 77), "PNG"), "bilinear"
    yield "prime sides", encode(rgb(97, 101), "PNG"), "bilinear"
    yield "PNG with transparency", encode(with_alpha(80, 60), "PNG"), "bilinear"
    yield "grey PNG", encode(rgb(70, 50).convert("L"), "PNG"), "bilinear"
    yield "grey PNG with transparency", encode(with_alpha(70, 50).convert("LA"), "PNG"), "bilinear"
    yield "PNG of 1 bit", encode(rgb(70, 50).convert("1"), "PNG"), "bilinear"
    yield "PNG with a palette", encode(rgb(70, 50).convert("P", palette=Image.ADAPTIVE, colors=40), "PNG"), "bilinear"
    palette = rgb(70, 50).convert("P", palette=Image.ADAPTIVE, colors=16)
    yield "PNG with a palette and a transparent colour", encode(palette, "PNG", transparency=3), "bilinear"
    yield "PNG with a palette of 2 colours", encode(rgb(33, 31).convert("P", palette=Image.ADAPTIVE, colors=2), "PNG"), "bilinear"
    yield "JPEG 4:4:4", encode(rgb(120, 90), "JPEG", quality=95, subsampling=0), "bilinear"
    yield "JPEG 4:2:0", encode(rgb(121, 91), "JPEG", quality=90, subsampling=2), "bilinear"
    yield "JPEG 4:2:2", encode(rgb(121, 91), "JPEG", quality=90, subsampling=1), "bilinear"
    yield "progressive JPEG", encode(rgb(120, 90), "JPEG", quality=80, progressive=True), "bilinear"
    yield "poor JPEG", encode(rgb(120, 90), "JPEG", quality=15), "bicubic"
    yield "grey JPEG", encode(rgb(120, 90).convert("L"), "JPEG", quality=90), "bilinear"
    yield "CMYK JPEG", encode(rgb(100, 80).convert("CMYK"), "JPEG", quality=95), "bilinear"
    cmyk = Image.fromarray(pattern(64, 48, 4), "CMYK")
    yield "CMYK JPEG with black ink", encode(cmyk, "JPEG", quality=95), "bilinear"
    yield "CMYK TIFF", encode(cmyk, "TIFF"), "bilinear"
    for orientation in (2, 3, 4, 5, 6, 7, 8):
        yield f"JPEG with EXIF orientation {orientation}", turned(orientation), "bilinear"
    yield "lossless WebP", encode(rgb(90, 70), "WEBP", lossless=True), "bilinear"
    yield "WebP with transparency", encode(with_alpha(90, 70), "WEBP", lossless=True, exact=True), "bilinear"
    frames = [rgb(50, 40).convert("P", palette=Image.ADAPTIVE) for _ in range(3)]
    yield "animated GIF", encode(frames[0], "GIF", save_all=True, append_images=frames[1:]), "bilinear"
    yield "TIFF with LZW", encode(rgb(66, 55), "TIFF", compression="tiff_lzw"), "bilinear"
    yield "TIFF with two pages", encode(rgb(66, 55), "TIFF", save_all=True, append_images=[rgb(30, 30)]), "bilinear"
    yield "BMP", encode(rgb(51, 43), "BMP"), "bilinear"
    yield "PNG with another colour profile", encode(rgb(60, 50), "PNG", icc_profile=swapped_profile()), "bilinear"


def swapped_profile():
    """A profile whose primaries are swapped: a reader that applies it sees other colours, Pillow does not look at it."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[:] = bytes(data).replace(b"rXYZ", b"tmp0", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tmp0", b"bXYZ", 1)
    return bytes(data)


def read(data):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def process(image, resample):
    processor = SiglipImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, resample={"bilinear": 2, "bicubic": 3}[resample], image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    return processor(images=image, return_tensors="np")["pixel_values"][0]


def entry(name, data, resample, tensor):
    # (pixel / 255 - 0.5) / 0.5 is one to one: the pixels say it all in a quarter of the bytes.
    pixels = np.rint((tensor * 0.5 + 0.5) * 255).astype("uint8").transpose(1, 2, 0)
    text = lambda raw: base64.b64encode(raw).decode()
    return {"name": name, "filter": resample, "file": text(data), "pixels": text(pixels.tobytes())}


entries = [entry(name, data, resample, process(read(data), resample)) for name, data, resample in files()]
for gray in (False, True):
    data, upper = png16(gray)
    image = Image.fromarray(upper[:, :, 0] if gray else upper).convert("RGB")
    entries.append(entry(f"PNG of 16 bits{', grey' if gray else ''}", data, "bilinear", process(image, "bilinear")))
first = process(read(base64.b64decode(entries[0]["file"])), "bilinear")
reference = {"side": SIDE, "tensor": {"picture": entries[0]["name"], "values": [float(v) for v in first[:, 0, :4].ravel()]}, "pictures": entries}
Path(__file__).with_name("reference.json").write_text(json.dumps(reference, indent=1) + "\n")
print(len(entries), "pictures")
