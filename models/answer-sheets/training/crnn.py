"""The seven-convolution CRNN that such services read fields with: `python crnn.py OUT.onnx --classes 11 --width 256`.

Layers as the original service describes them (after Shi, Bai and Yao, arXiv 1507.05717). Without a checkpoint the weights are
random: good for measuring speed. Input [n, 1, 32, width], (gray/255 - 0.5) / 0.5; output [width / 4, n, classes].
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

CHANNELS = (64, 128, 256, 256, 512, 512, 512)
POOLS = {0: (2, 2), 1: (2, 2), 3: (2, 1), 5: (2, 1)}
HIDDEN = 256


class Crnn(nn.Module):
    """`normalised` says which of the seven convolutions a batch normalisation follows."""

    def __init__(self, classes: int, normalised: tuple[bool, ...] = (True,) * 7, has_bias: bool = True):
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 1
        for index, outputs in enumerate(CHANNELS):
            last = index == len(CHANNELS) - 1
            layers.append(nn.Conv2d(inputs, outputs, (2, 1) if last else 3, padding=0 if last else 1, bias=has_bias))
            if normalised[index]:
                layers.append(nn.BatchNorm2d(outputs))
            layers.append(nn.ReLU())
            if index in POOLS:
                layers.append(nn.MaxPool2d(POOLS[index]))
            inputs = outputs
        self.features = nn.Sequential(*layers)
        self.sequence = nn.LSTM(CHANNELS[-1], HIDDEN, num_layers=2, bidirectional=True)
        self.classify = nn.Linear(2 * HIDDEN, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        columns = self.features(image).squeeze(2).permute(2, 0, 1)
        return self.classify(self.sequence(columns)[0])


def export(model: Crnn, path: str, width: int) -> None:
    """`image` [batch, 1, 32, width] to `logits` [width / 4, batch, classes]."""
    torch.onnx.export(model.eval(), (torch.zeros(2, 1, 32, width),), path, input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "batch"}, "logits": {1: "batch"}}, opset_version=17, dynamo=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--classes", type=int, default=11)
    parser.add_argument("--width", type=int, default=256)
    options = parser.parse_args()
    torch.manual_seed(0)
    export(Crnn(options.classes), options.out, options.width)
