"""The forward and backward passes in place of autograd's: fewer calls, and little to remember.

Autograd keeps a node for each call of the loop, and lets each step add its share to the gradient
of the weights. Here the forward pass keeps seven numbers for each unit and step (four gates, c,
tanh(c) and h), and the backward pass walks the steps once for dz, the gradient of the weighted
sums. The gradients of weights, biases and x are then one product each, over all steps.

The equations are those of lesson 10: with the gates i, f, g, o of one step,

    dc += dh * o * (1 - tanh(c)^2)
    dz_i = dc * g * i * (1 - i)        dz_f = dc * c_before * f * (1 - f)
    dz_g = dc * i * (1 - g^2)          dz_o = dh * tanh(c) * o * (1 - o)
    dh_before = dz W_hh                dc_before = dc * f

What follows dc and dh there (the slopes) needs no step after it: it is computed for many steps at
once, and the walk multiplies it in.

A step is eight calls forward and five back, with all views made before the loop. W_hh is turned
once, into memory of its own: a product with it is then faster than with a turned view.
"""

import torch
from torch import Tensor
from torch.autograd.function import BackwardCFunction, FunctionCtx
from torch.nn import functional as F

from lstm_lessons.lstm.unroll import OutputAndStates

_BLOCK = 2**16
"""How many numbers of one gate's slopes are made at once: few enough to stay in the cache."""


def own_backward(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> OutputAndStates:
    """Run all steps with a backward pass of our own.

    Raises:
        RuntimeError: a second derivative is asked for (``create_graph=True``): there is none.
    """
    return _AllSteps.apply(x, h, c, weight_ih, weight_hh, bias_ih + bias_hh)


class _AllSteps(torch.autograd.Function):
    """Shapes: x (T, B, I); h and c (B, H); weight_ih (4H, I); weight_hh (4H, H); bias (4H,)."""

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        x: Tensor,
        h: Tensor,
        c: Tensor,
        weight_ih: Tensor,
        weight_hh: Tensor,
        bias: Tensor,
    ) -> OutputAndStates:
        z = F.linear(x, weight_ih, bias)
        # Row 0 holds the state before the first step.
        hs, cs = (s.new_empty(len(x) + 1, *s.shape) for s in (h, c))
        hs[0], cs[0] = h, c
        tanh_cs = torch.empty_like(cs[1:])
        _walk_forward(z, hs, cs, tanh_cs, weight_hh.T.contiguous())
        ctx.save_for_backward(x, weight_ih, weight_hh, z, hs, cs, tanh_cs)
        return hs[1:], hs[-1].clone(), cs[-1].clone()

    @staticmethod
    def backward(ctx: BackwardCFunction, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        if torch.is_grad_enabled():
            raise RuntimeError(
                "own_backward has no second derivative: expected create_graph=False, got True; "
                "`hoisted` can be differentiated twice"
            )
        d_output, dh, dc = gradients
        x, weight_ih, weight_hh, gates, hs, cs, tanh_cs = list(ctx.saved_tensors)
        dh, dc, dz = dh.clone(), dc.clone(), torch.empty_like(gates)
        size = max(1, _BLOCK // dh.numel())
        for end in range(len(x), 0, -size):
            block = slice(max(end - size, 0), end)
            slopes = dz[block]
            dc_dh = _slopes(gates[block], cs[block], tanh_cs[block], slopes)
            f = _by_gate(gates[block])[1]
            _walk_back(d_output[block], dh, dc, slopes, dc_dh, f, weight_hh)
        dx = dz @ weight_ih if ctx.needs_input_grad[0] else None
        return dx, dh, dc, *behind_the_loop(dz, x, hs[:-1])


def behind_the_loop(dz: Tensor, x: Tensor, before: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of weight_ih, weight_hh and the bias, each over all steps at once.

    ``before`` (T, B, H) is the h that each step has read.
    """
    dz = dz.flatten(0, 1)  # (T·B, 4H)
    return dz.T @ x.flatten(0, 1), dz.T @ before.flatten(0, 1), dz.sum(0)


def _by_gate(z: Tensor) -> tuple[Tensor, ...]:
    """Return the views i, f, g, o, each (T, B, H), of a tensor (T, B, 4H)."""
    return z.chunk(4, dim=-1)


def _walk_forward(z: Tensor, hs: Tensor, cs: Tensor, tanh_cs: Tensor, turned: Tensor) -> None:
    """Fill hs, cs and tanh_cs, and turn z, what x adds to the sums, into the gates, in place.

    ``turned`` is weight_hh, turned: (H, 4H).
    """
    i_and_f = z[..., : 2 * hs.shape[-1]]
    # unbind makes the views of all steps in one call.
    views = (v.unbind() for v in (z, i_and_f, *_by_gate(z), hs[:-1], hs[1:], cs[:-1], cs[1:]))
    for z_t, sigmoids, i, f, g, o, h, h_new, c, c_new, tanh_c in zip(
        *views, tanh_cs.unbind(), strict=True
    ):
        z_t.addmm_(h, turned)
        sigmoids.sigmoid_(), o.sigmoid_(), g.tanh_()
        torch.mul(f, c, out=c_new).addcmul_(i, g)
        torch.mul(o, torch.tanh(c_new, out=tanh_c), out=h_new)


def _slopes(gates: Tensor, c_before: Tensor, tanh_c: Tensor, slopes: Tensor) -> Tensor:
    """Fill slopes (T, B, 4H), dz as it is for dc = dh = 1; return what dh adds to dc, (T, B, H)."""
    i, f, g, o = _by_gate(gates)
    to_i, to_f, to_g, to_o = _by_gate(slopes)
    for gate, slope, factor in ((i, to_i, g), (f, to_f, c_before), (o, to_o, tanh_c)):
        torch.addcmul(gate, gate, gate, value=-1, out=slope).mul_(factor)
    torch.addcmul(i, i, g * g, value=-1, out=to_g)
    return torch.addcmul(o, o, tanh_c * tanh_c, value=-1)


def _walk_back(
    d_output: Tensor,
    dh: Tensor,
    dc: Tensor,
    slopes: Tensor,
    dc_dh: Tensor,
    f: Tensor,
    weight_hh: Tensor,
) -> None:
    """Turn slopes into dz, and dh and dc into those before the block, in place."""
    i_f_g, o = slopes.unflatten(-1, (4, -1)).split((3, 1), dim=-2)
    dh.add_(d_output[-1])
    # What a step adds to its h comes with the product of the step behind it.
    before = [*reversed(d_output[:-1].unbind()), torch.zeros_like(dh)]
    views = (v.unbind() for v in (dc_dh, i_f_g, o.squeeze(-2), f, slopes))
    dc_of_each = dc.unsqueeze(1)
    for d_out, to_dc, dz_ifg, dz_o, f_t, dz in zip(
        before, *(reversed(v) for v in views), strict=True
    ):
        dc.addcmul_(dh, to_dc)
        dz_ifg.mul_(dc_of_each)
        dz_o.mul_(dh)
        torch.addmm(d_out, dz, weight_hh, out=dh)
        dc.mul_(f_t)
