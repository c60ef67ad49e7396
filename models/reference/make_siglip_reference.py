"""What transformers computes with SigLIP models: reference values for the graphs of this project.

    python models/reference/make_siglip_reference.py tiny
    python models/reference/make_siglip_reference.py <folder of the weights>
    python models/reference/make_siglip_reference.py <empty folder> --random [--tokenizer FILE] [--layers N]

"tiny" writes packages/engine-onnx/test/siglip/reference.json, which is committed: vectors of
the model that test/tiny-siglip.ts draws, for a few images and texts.

With a folder (config.json, model.safetensors, tokenizer.json of
google/siglip2-so400m-patch14-384, or any other SigLIP model with square images) it writes
reference.json and pixels.f32 there, never committed: texts with token ids and vectors, images as
tensors with vectors. models/siglip-parity.ts compares with them.

--random first fills the folder with a stand-in for the true weights: the same tensors under the
same names in the true architecture (so400m: 27 layers of 1152 in both towers, 4.5 GB), drawn so
that activations look like a trained encoder's: attention that chooses, channels of very
different size, a few outliers in every LayerNorm and a few loud neurons. --layers makes a shorter
one of the same width. --tokenizer names a tokenizer.json to copy, whose end token is set as
SigLIP 2 sets it; without one, a small tokenizer of the same kind is trained.

Needs torch, transformers 5.23, tokenizers, safetensors, numpy.
"""

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import SiglipConfig, SiglipModel

HERE = Path(__file__).resolve().parent
TINY = HERE.parent.parent / "packages/engine-onnx/test/siglip/reference.json"
# Texts with capitals, other scripts, signs and lengths beyond any limit.
TEXTS = [
    "dark oak", "Dark Oak", "a photo of polished Carrara marble", "", " ", "a", "red", "RED BRICK WALL, weathered!",
    "woven linen fabric in natural beige with a herringbone pattern", "42 mm x 42 mm mosaic tile (matt)",
    "Eiche geräuchert, geölt", "chêne clair brossé", "красный кирпич", "大理石の床タイル", "حجر جيري", "🪵 wood 🧱 brick",
    "İSTANBUL ΣΊΣΥΦΟΣ ẞ", "tab\tand\nline", "multiple   spaces    inside", "naïve façade – “quoted” … 100%",
    "very long " * 60, "x" * 400,
]


def encode(vector):
    """Bytes of 32 bit floats as base64."""
    return base64.b64encode(np.ascontiguousarray(vector, dtype="<f4").tobytes()).decode()


def normalise(vectors):
    """Divide every row by its length."""
    return torch.nn.functional.normalize(vectors, dim=-1)


# --- tiny ---------------------------------------------------------------------------------------


class Lcg:
    """The generator of test/tiny-siglip.ts."""

    def __init__(self, seed):
        self.state = seed

    def __call__(self, count):
        values = np.empty(count)
        for index in range(count):
            self.state = (self.state * 1_664_525 + 1_013_904_223) % 2**32
            values[index] = self.state / 2**31 - 1
        return values


def tiny_model():
    """The model of test/tiny-siglip.ts."""
    config = SiglipConfig(
        vision_config=dict(num_hidden_layers=2, num_attention_heads=4, hidden_size=32, intermediate_size=72, image_size=62, patch_size=14),
        text_config=dict(num_hidden_layers=3, num_attention_heads=2, hidden_size=32, intermediate_size=48, vocab_size=300,
                         max_position_embeddings=16),
    )
    random = Lcg(11)
    state = {}

    def add(name, shape, scale, middle=0.0):
        state[name] = torch.from_numpy((middle + random(int(np.prod(shape))) * scale).astype("f4").reshape(shape))

    def linear(name, outputs, inputs):
        add(f"{name}.weight", [outputs, inputs], 2 / inputs**0.5)
        add(f"{name}.bias", [outputs], 0.3)

    def norm(name, size):
        add(f"{name}.weight", [size], 0.4, 1)
        add(f"{name}.bias", [size], 0.3)

    def layers(prefix, part):
        for layer in range(part.num_hidden_layers):
            name = f"{prefix}.encoder.layers.{layer}"
            norm(f"{name}.layer_norm1", part.hidden_size)
            for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
                linear(f"{name}.self_attn.{projection}", part.hidden_size, part.hidden_size)
            norm(f"{name}.layer_norm2", part.hidden_size)
            linear(f"{name}.mlp.fc1", part.intermediate_size, part.hidden_size)
            linear(f"{name}.mlp.fc2", part.hidden_size, part.intermediate_size)

    text, vision = config.text_config, config.vision_config
    wide, patch = vision.hidden_size, vision.patch_size
    add("text_model.embeddings.token_embedding.weight", [text.vocab_size, text.hidden_size], 1)
    add("text_model.embeddings.position_embedding.weight", [text.max_position_embeddings, text.hidden_size], 0.5)
    layers("text_model", text)
    norm("text_model.final_layer_norm", text.hidden_size)
    linear("text_model.head", wide, text.hidden_size)
    add("vision_model.embeddings.patch_embedding.weight", [wide, 3, patch, patch], 2 / (3 * patch**2) ** 0.5)
    add("vision_model.embeddings.patch_embedding.bias", [wide], 0.3)
    add("vision_model.embeddings.position_embedding.weight", [(vision.image_size // patch) ** 2, wide], 0.5)
    layers("vision_model", vision)
    norm("vision_model.post_layernorm", wide)
    add("vision_model.head.probe", [1, 1, wide], 1)
    add("vision_model.head.attention.in_proj_weight", [3 * wide, wide], 2 / wide**0.5)
    add("vision_model.head.attention.in_proj_bias", [3 * wide], 0.3)
    linear("vision_model.head.attention.out_proj", wide, wide)
    norm("vision_model.head.layernorm", wide)
    linear("vision_model.head.mlp.fc1", vision.intermediate_size, wide)
    linear("vision_model.head.mlp.fc2", wide, vision.intermediate_size)
    state["logit_scale"] = torch.tensor([4.7])
    state["logit_bias"] = torch.tensor([-16.5])
    model = SiglipModel(config).eval()
    model.load_state_dict(state)
    return model


def write_tiny():
    """Vectors of images and texts that the test makes from the same formulas."""
    model = tiny_model()
    size, length = 62, 16
    grid = np.arange(3 * size * size, dtype="f8")
    images = [np.sin(grid * step).astype("f4").reshape(1, 3, size, size) for step in (0.001, 0.013, 0.31, 1.7)]
    texts = [[(row * 37 + column * column * 11) % 300 for column in range(length)] for row in range(5)]
    cases = {
        "images": [encode(normalise(model.get_image_features(torch.from_numpy(image)).pooler_output)[0].numpy()) for image in images],
        "texts": [encode(normalise(model.get_text_features(torch.tensor([ids])).pooler_output)[0].numpy()) for ids in texts],
        "logits": model(input_ids=torch.tensor(texts), pixel_values=torch.from_numpy(np.concatenate(images))).logits_per_image.tolist(),
    }
    TINY.parent.mkdir(parents=True, exist_ok=True)
    TINY.write_text(json.dumps(cases) + "\n")


# --- a folder -----------------------------------------------------------------------------------


def randomise(model, generator):
    """Draw all weights, in place."""
    def normal(parameter, std, mean=0.0):
        parameter.copy_(torch.empty(parameter.shape).normal_(mean, std, generator=generator))

    def outliers(parameter, count, factor):
        at = torch.randperm(parameter.numel(), generator=generator)[:count]
        parameter.view(-1)[at] *= factor

    for name, parameter in model.named_parameters():
        width = parameter.shape[-1]
        if name == "logit_scale":
            parameter.fill_(4.7)
        elif name == "logit_bias":
            parameter.fill_(-16.5)
        elif "token_embedding" in name:
            normal(parameter, 0.5)
        elif "position_embedding" in name:
            normal(parameter, 0.2)
        elif "patch_embedding.weight" in name:
            normal(parameter, 0.05)
        elif "norm" in name and name.endswith("weight"):
            normal(parameter, 0.15, 0.9)
            outliers(parameter, max(1, width // 250), 3)
        elif "norm" in name:
            normal(parameter, 0.1)
            outliers(parameter, max(1, width // 250), 8)
        elif name.endswith("probe"):
            normal(parameter, 1)
        elif name.endswith("bias"):
            normal(parameter, 0.06)
        elif ".q_proj" in name or ".k_proj" in name or "in_proj_weight" in name:
            normal(parameter, 1.5 / width**0.5)
        else:
            normal(parameter, 1.0 / width**0.5)
        if "fc1.bias" in name:
            # Most neurons are silent for most tokens, a few are loud.
            parameter.sub_(0.8)
            outliers(parameter, 6, -6)


def small_tokenizer():
    """A tokenizer of Gemma's kind, trained on the texts above."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    special = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=1000, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([text.lower() for text in TEXTS[:12]], trainer)
    fields = json.loads(tokenizer.to_str())
    # The bytes are pieces, but no special tokens.
    fields["added_tokens"] = fields["added_tokens"][:4]
    return fields


def set_end_token(fields):
    """End token after every text, padding to 64: SigLIP 2's conversion (models/siglip/convert_siglip_to_hf.py of transformers 4.49)."""
    end = {"id": "<eos>", "ids": [1], "tokens": ["<eos>"]}
    fields["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<eos>", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<eos>": end},
    }
    fields["padding"] = {"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0,
                         "pad_token": "<pad>"}
    return fields


def write_random(folder, tokenizer, layers, seed):
    """Fill a folder with the stand-in."""
    folder.mkdir(parents=True, exist_ok=True)
    width = dict(hidden_size=1152, intermediate_size=4304, num_attention_heads=16, num_hidden_layers=layers)
    config = SiglipConfig(vision_config=dict(width, image_size=384, patch_size=14),
                          text_config=dict(width, vocab_size=256_000, projection_size=1152))
    model = SiglipModel(config)
    randomise(model, torch.Generator().manual_seed(seed))
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items() if "position_ids" not in name},
              str(folder / "model.safetensors"), {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config.to_diff_dict(), indent=2) + "\n")
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "resample": 2, "size": {"height": 384, "width": 384},
        "image_processor_type": "SiglipImageProcessor"}, indent=2) + "\n")
    fields = json.loads(tokenizer.read_text()) if tokenizer else small_tokenizer()
    (folder / "tokenizer.json").write_text(json.dumps(set_end_token(fields), ensure_ascii=False))


def paint(size, seed):
    """An image as a tensor of 256 steps from -1 to 1: soft blobs, stripes and a little noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    image = np.zeros((3, size, size))
    for channel in range(3):
        for _ in range(6):
            cx, cy, radius, height = random.random(4)
            image[channel] += (height - 0.4) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (0.02 + 0.2 * radius))
        image[channel] += 0.3 * np.sin((x * random.normal() + y * random.normal()) * 60)
    image += random.normal(0, 0.03 * (seed % 3), image.shape)
    steps = np.clip(np.round((image - image.min()) / (np.ptp(image) + 1e-9) * 255), 0, 255)
    return (steps / 127.5 - 1).astype("f4")


def write_folder(folder, images):
    """reference.json and pixels.f32."""
    model = SiglipModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    length = model.config.text_config.max_position_embeddings
    tokenizer.enable_padding(length=length, pad_id=0, pad_token="<pad>")
    tokenizer.enable_truncation(length)
    # As models/siglip2/tokenization_siglip2.py does it.
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), tokenizer.normalizer])
    texts, pixels, vectors = [], [], []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        vector = normalise(model.get_text_features(torch.tensor([ids])).pooler_output)[0].numpy()
        texts.append({"text": text, "ids": ids, "embedding": encode(vector)})
    for seed in range(images):
        pixels.append(paint(model.config.vision_config.image_size, seed))
        vectors.append(normalise(model.get_image_features(torch.from_numpy(pixels[-1])[None]).pooler_output)[0].numpy())
    np.stack(pixels).astype("<f4").tofile(folder / "pixels.f32")
    (folder / "reference.json").write_text(json.dumps({"texts": texts, "images": [encode(vector) for vector in vectors]}))
    similar = np.stack(vectors) @ np.stack(vectors).T
    print(f"{len(texts)} texts, {len(vectors)} images; cosine between images {similar[np.triu_indices(len(vectors), 1)].mean():.3f} on average")


@torch.no_grad()
def main():
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--layers", type=int, default=27)
    parser.add_argument("--images", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.target == "tiny":
        return write_tiny()
    folder = Path(args.target)
    if args.random:
        write_random(folder, args.tokenizer, args.layers, args.seed)
    return write_folder(folder, args.images)


if __name__ == "__main__":
    main()
