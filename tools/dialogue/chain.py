"""What comes after the readers: how labels follow one another, and calibration, fitted on lines they were not trained on."""
import numpy
import torch


def softmax(x):
    e = numpy.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def scenes(lines):
    """Ranges of lines of one scene."""
    first = 0
    for i in range(1, len(lines) + 1):
        if i == len(lines) or lines[i].scene != lines[first].scene:
            yield first, i
            first = i


def smooth(own, flow, ranges):
    """Marginals of a linear chain over each range (forward-backward, Rabiner 1989), as src/domain/classify/flow.cpp."""
    step, result = numpy.exp(flow), numpy.zeros_like(own)
    for first, last in ranges:
        forward = []
        for i in range(first, last):
            f = own[i] if i == first else own[i] * (forward[-1] @ step)
            forward.append(f / f.sum())
        backward = numpy.ones(3)
        for i in range(last - 1, first - 1, -1):
            m = forward[i - first] * backward
            result[i] = m / m.sum()
            backward = step @ (own[i] * backward)
            backward /= backward.sum()
    return result


def flow_of(tables, strength):
    """Logarithm of how much more often label b follows label a than chance would have it, times `strength`."""
    pairs, single = numpy.ones((3, 3)), numpy.ones(3)
    for table in tables:
        for first, last in scenes(table.lines):
            for i in range(first, last):
                single[table.lines[i].label] += 1
                if i > first:
                    pairs[table.lines[i - 1].label, table.lines[i].label] += 1
    share = single / single.sum()
    return strength * (numpy.log(pairs / pairs.sum(1, keepdims=True)) - numpy.log(share))


def fit_calibration(p, truth):
    """Slope and offset per class under which the labels are most probable (Platt 1999); lightly held at 1 and 0."""
    logs = torch.tensor(numpy.log(numpy.maximum(p, 1e-12)))
    truth = torch.tensor(truth)
    slope, offset = torch.ones(3, dtype=torch.float64, requires_grad=True), torch.zeros(3, dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([slope, offset], lr=0.5, max_iter=60, tolerance_change=1e-9)

    def loss():
        search.zero_grad()
        value = torch.nn.functional.cross_entropy(slope * logs + offset, truth) + 1e-3 * ((slope - 1).square().sum() + offset.square().sum())
        value.backward()
        return value

    search.step(loss)
    return slope.detach().numpy(), offset.detach().numpy()


def calibrated(p, slope, offset):
    return softmax(slope * numpy.log(numpy.maximum(p, 1e-12)) + offset)
