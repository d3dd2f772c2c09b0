"""e5-small over dialogue windows, with three questions for each segment."""
import math

import torch
from torch import nn
from torch.nn import functional

from tables import NAMES

COLUMNS = 8  # IC, OOC, MIXED; CHARACTER, DM_NARRATION, NPC_DIALOGUE; DM, player


class Layer(nn.Module):
    """Self-attention and feed-forward, each followed by the norm (Devlin et al. 2019)."""

    def __init__(self, package, at, dropout):
        super().__init__()
        width, inner = package.width, package.inner
        self.heads, self.dropout = package.heads, dropout
        self.parts = nn.ModuleDict({name: linear(package, f"{at}.{name}", outputs, inputs)
                                    for name, outputs, inputs in (("q", width, width), ("k", width, width), ("v", width, width),
                                                                  ("ao", width, width), ("fi", inner, width), ("fo", width, inner))})
        self.aln, self.oln = norm(package, at + ".aln"), norm(package, at + ".oln")

    def forward(self, x, mask):
        rows, length, width = x.shape
        def split(name):
            return self.parts[name](x).view(rows, length, self.heads, -1).transpose(1, 2)
        scores = split("q") @ split("k").transpose(2, 3) / math.sqrt(width // self.heads)
        shares = torch.softmax(scores.float() + mask, -1)
        mixed = (shares.to(scores.dtype) @ split("v")).transpose(1, 2).reshape(rows, length, width)
        x = self.aln((x + self._drop(self.parts["ao"](mixed))).float())
        return self.oln((x + self._drop(self.parts["fo"](functional.gelu(self.parts["fi"](x))))).float())

    def _drop(self, x):
        return functional.dropout(x, self.dropout, self.training)


class Dialogue(nn.Module):
    """Word and position embeddings are the package's and stay as they are."""

    def __init__(self, package, dropout=0.1):
        super().__init__()
        self.register_buffer("word", torch.from_numpy(package.tensor("emb.word").reshape(-1, package.width)), persistent=False)
        position = package.tensor("emb.pos").reshape(-1, package.width) + package.tensor("emb.type").reshape(-1, package.width)[0]
        self.register_buffer("position", torch.from_numpy(position), persistent=False)
        self.norm = norm(package, "emb.ln")
        self.layers = nn.ModuleList(Layer(package, f"l{i}", dropout) for i in range(package.layers))
        self.names = nn.Parameter(torch.zeros(NAMES, package.width))
        self.head = nn.Linear(2 * package.width, COLUMNS)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.dropout = dropout

    def forward(self, ids, mask, rows, first, end, names):
        """One row of COLUMNS a segment. Segment s holds tokens first[s] to end[s], the last one its </s>, of window rows[s]."""
        x = self.word[ids] + self.position[:ids.shape[1]]
        x = x.index_put((rows, end), (names @ self.names).float(), accumulate=True)
        x = functional.dropout(self.norm(x), self.dropout, self.training)
        shut = (1 - mask)[:, None, None, :] * -1e9
        for layer in self.layers:
            x = layer(x, shut)
        x = x.float()
        sums = functional.pad(torch.cumsum(x, 1), (0, 0, 1, 0))
        mean = (sums[rows, end] - sums[rows, first]) / (end - first).unsqueeze(1)
        pooled = torch.cat([mean, x[rows, end]], 1)
        return self.head(functional.dropout(pooled, self.dropout, self.training).float())


def linear(package, name, outputs, inputs):
    layer = nn.Linear(inputs, outputs)
    layer.weight.data = torch.from_numpy(package.tensor(name + ".w").reshape(outputs, inputs).copy())
    layer.bias.data = torch.from_numpy(package.tensor(name + ".b"))
    return layer


def norm(package, name):
    layer = nn.LayerNorm(package.width, eps=package.epsilon)
    layer.weight.data = torch.from_numpy(package.tensor(name + ".w"))
    layer.bias.data = torch.from_numpy(package.tensor(name + ".b"))
    return layer
