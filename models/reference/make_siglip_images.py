"""Odd pictures, and the numbers that transformers' image processor makes of them.

    python models/reference/make_siglip_images.py

Writes packages/engine-onnx/test/siglip/pictures/: files of many formats, sizes and colour
forms, all drawn here, and expected.json with samples of what SiglipImageProcessor (with Pillow,
resample 2 as google/siglip2-so400m-patch14-384 has it) gives for squares of 384 and 64 pixels. A
pixel of the tensor is value / 127.5 - 1; the value, 0 to 255, is what is kept.

The processor takes pictures that are RGB already. How the others become so is decided here, as
models of this kind are usually fed: turned upright (Exif), transparency on white, the first
frame, CMYK by Pillow's convert, of 16 bits the upper 8, colour profiles ignored.

Needs torch, transformers 5.23, Pillow, opencv-python-headless, numpy.
"""

import base64
import io
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

TARGET = Path(__file__).resolve().parent.parent.parent / "packages/engine-onnx/test/siglip/pictures"
# Side of the square and every how many pixels one is kept, beginning with half of that.
SIDES = {384: 24, 64: 4}


def draw(width, height, seed=0):
    """Blobs, stripes and an edge; uint8 [height, width, 3]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    x, y = x / max(width, 2), y / max(height, 2)
    picture = np.zeros((height, width, 3))
    for channel in range(3):
        cx, cy, size, height_ = random.random(4)
        picture[..., channel] = 0.3 + 0.6 * height_ * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (0.02 + 0.2 * size))
        picture[..., channel] += 0.15 * np.sin(20 * (x * random.normal() + y * random.normal()))
    picture[x + y > 1.3] *= 0.4
    return np.clip(np.round(picture * 255), 0, 255).astype("u1")


def saved(image, kind, **options):
    """The bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def rgb(width, height, seed=0):
    """A picture of Pillow's."""
    return Image.fromarray(draw(width, height, seed))


def with_alpha(width, height, seed):
    """A picture that fades out to the right and has a hole."""
    alpha = np.tile(np.linspace(255, 0, width), (height, 1))
    alpha[height // 3: height // 2, width // 4: width // 2] = 0
    return Image.fromarray(np.dstack([draw(width, height, seed), alpha.astype("u1")]))


def cv_png(array):
    """PNG of 16 bits, which Pillow does not write in colour."""
    done, data = cv2.imencode(".png", array)
    assert done
    return data.tobytes()


def pictures():
    """File name and content of each."""
    yield "one-pixel.png", saved(Image.new("RGB", (1, 1), (200, 30, 90)), "PNG")
    yield "two-by-three.png", saved(rgb(2, 3, 1), "PNG")
    yield "thin-and-tall.png", saved(rgb(1, 200, 2), "PNG")
    yield "flat-and-wide.png", saved(rgb(301, 1, 3), "PNG")
    yield "panorama.jpg", saved(rgb(997, 37, 4), "JPEG", quality=85)
    yield "tower.jpg", saved(rgb(23, 613, 5), "JPEG", quality=85)
    yield "exactly-384.png", saved(rgb(384, 384, 6).quantize(64).convert("RGB"), "PNG", optimize=True)
    yield "almost-384.jpg", saved(rgb(383, 385, 7), "JPEG", quality=80)
    yield "exactly-64.png", saved(rgb(64, 64, 8), "PNG")
    yield "small.png", saved(rgb(50, 41, 9), "PNG")
    yield "photo.jpg", saved(rgb(640, 427, 10), "JPEG", quality=75)
    yield "noise.png", saved(Image.fromarray(np.random.default_rng(11).integers(0, 256, (60, 45, 3), dtype="u1")), "PNG")
    yield "checks.png", saved(Image.fromarray((np.indices((300, 300)).sum(0) % 2 * 255).astype("u1")).convert("RGB"), "PNG")
    yield "grey.jpg", saved(rgb(201, 153, 12).convert("L"), "JPEG", quality=85)
    yield "progressive.jpg", saved(rgb(333, 222, 13), "JPEG", quality=80, progressive=True)
    yield "full-colour.jpg", saved(rgb(151, 149, 14), "JPEG", quality=90, subsampling=0)
    yield "half-colour.jpg", saved(rgb(151, 149, 15), "JPEG", quality=90, subsampling=1)
    yield "odd-sides.jpg", saved(rgb(201, 153, 16), "JPEG", quality=60, subsampling=2)
    for orientation in range(2, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"turned-{orientation}.jpg", saved(rgb(160, 97, 17), "JPEG", quality=85, exif=exif)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "turned.png", saved(rgb(90, 61, 18), "PNG", exif=exif)
    yield "cmyk.jpg", saved(rgb(180, 120, 19).convert("CMYK"), "JPEG", quality=90)
    yield "cmyk.tif", saved(rgb(60, 80, 20).convert("CMYK"), "TIFF", compression="tiff_lzw")
    yield "alpha.png", saved(with_alpha(140, 100, 21), "PNG")
    yield "grey-alpha.png", saved(with_alpha(100, 70, 22).convert("LA"), "PNG")
    yield "palette.png", saved(rgb(120, 90, 23).quantize(16), "PNG")
    see_through = rgb(120, 90, 24).quantize(16)
    yield "palette-alpha.png", saved(see_through, "PNG", transparency=3)
    yield "two-colours.png", saved(rgb(160, 120, 25).convert("1"), "PNG")
    yield "16-bit-grey.png", cv_png((draw(110, 83, 26)[..., 0].astype("u2") * 257) ^ 0x5A)
    yield "16-bit-colour.png", cv_png((draw(70, 53, 27).astype("u2") * 256) + 0xC3)
    yield "palette.gif", saved(rgb(150, 110, 28).quantize(32), "GIF")
    frames = [rgb(80, 60, seed).quantize(16) for seed in (29, 30)]
    yield "animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    yield "lossy.webp", saved(rgb(220, 170, 31), "WEBP", quality=80)
    yield "alpha-lossless.webp", saved(with_alpha(90, 64, 32), "WEBP", lossless=True, exact=True)
    yield "colour.tif", saved(rgb(75, 55, 33), "TIFF", compression="tiff_lzw")
    yield "16-bit-grey.tif", saved(Image.fromarray(draw(60, 45, 34)[..., 1].astype("u2") * 257), "TIFF")
    yield "colour.bmp", saved(rgb(61, 47, 35), "BMP")
    yield "palette.bmp", saved(rgb(99, 64, 36).quantize(256), "BMP")


def to_rgb(data):
    """As the docstring says."""
    image = Image.open(io.BytesIO(data))
    image.seek(0)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype("u4") >> 8).astype("u1")).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def sample(image, side, step):
    """What is kept of the processor's tensor."""
    processor = SiglipImageProcessorPil(size={"height": side, "width": side}, resample=2, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    pixels = np.asarray(processor(image, return_tensors="np")["pixel_values"][0])
    values = (pixels + 1) * 127.5
    steps = np.round(values)
    assert np.abs(values - steps).max() < 1e-3
    kept = steps[:, step // 2::step, step // 2::step].astype("u1")
    return base64.b64encode(kept.tobytes()).decode()


def main():
    """Write all."""
    TARGET.mkdir(parents=True, exist_ok=True)
    cases = []
    for name, data in pictures():
        (TARGET / name).write_bytes(data)
        image = to_rgb(data)
        cases.append({"file": name, "width": image.width, "height": image.height,
                      "samples": {str(side): sample(image, side, step) for side, step in SIDES.items()}})
    (TARGET / "expected.json").write_text(json.dumps({"steps": SIDES, "cases": cases}, indent=1) + "\n")
    print(f"{len(cases)} pictures, {sum((TARGET / case['file']).stat().st_size for case in cases)} bytes")


if __name__ == "__main__":
    main()
