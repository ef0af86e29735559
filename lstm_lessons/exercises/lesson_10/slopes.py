"""What people get wrong in the slopes of sigmoid and tanh, on the way back: for 10.1."""

from lstm_lessons.exercises.engine.slips import Place, place


def of_sigmoid(gate: str) -> Place:
    """Return the place where the slope of a sigmoid stands: of gate i, f or o."""
    of, start = f"dz_{gate}", f"d_{gate}"
    rows = (
        (f"the sign in {of}", f"In `{of}` the sign is turned round: the slope of the sigmoid is "
         f"{gate} (1 − {gate}), and yours is {gate} ({gate} − 1).",
         f"{start} * {gate} * ({gate} - 1)", f"-{start} * {gate} * (1 - {gate})"),
        (f"a plus in {of}", f"In `{of}` there is a plus where a minus belongs: the slope of the "
         f"sigmoid is {gate} (1 − {gate}).", f"{start} * {gate} * (1 + {gate})"),
        (f"no slope in {of}", f"Your `{of}` is the gradient of the gate {gate} itself. Its sum "
         "lies one arrow further back, behind the sigmoid, and the slope is missing.", start),
        (f"half a slope in {of}", f"In `{of}` the slope of the sigmoid is {gate} (1 − {gate}). "
         "One of its two factors is missing.", f"{start} * (1 - {gate})", f"{start} * {gate}"),
        (f"tanh's slope in {of}", f"In `{of}` you take the slope of tanh. {gate} was squeezed by "
         "the sigmoid.", f"{start} * (1 - {gate}**2)"),
    )  # fmt: skip
    more = (
        (f"a square in {of}", f"In `{of}` the slope of the sigmoid is {gate} (1 − {gate}), without "
         "a square.", f"{start} * {gate} * (1 - {gate}**2)", f"{start} * {gate}**2 * (1 - {gate})"),
        (f"another slope in {of}", f"In `{of}` you take the slope of another gate. {gate} was "
         f"squeezed here: {gate} (1 − {gate}).",
         *(f"{start} * {each} * (1 - {each})" for each in "ifgo" if each != gate)),
        (f"the sigmoid twice in {of}", f"In `{of}` you squeeze {gate} once more. {gate} is what "
         "the sigmoid has made already.",
         f"{start} * torch.sigmoid({gate}) * (1 - torch.sigmoid({gate}))"),
    )  # fmt: skip
    return place(f"{start} * {gate} * (1 - {gate})", *rows, alone=more)


def of_tanh() -> Place:
    """Return the place where the slope of tanh stands, that of g."""
    return place(
        "d_g * (1 - g**2)",
        ("the sign in dz_g", "In `dz_g` the sign is turned round: the slope of tanh is 1 − g², and "
         "yours is g² − 1.", "d_g * (g**2 - 1)", "-d_g * (1 - g**2)"),
        ("a plus in dz_g", "In `dz_g` there is a plus where a minus belongs: the slope of tanh is "
         "1 − g².", "d_g * (1 + g**2)"),
        ("no slope in dz_g", "Your `dz_g` is the gradient of g itself. Its sum lies one arrow "
         "further back, behind tanh, and the slope is missing.", "d_g"),
        ("the sigmoid's slope in dz_g", "In `dz_g` you take the slope of the sigmoid. g was "
         "squeezed by tanh.", "d_g * g * (1 - g)"),
        ("g not squared", "In `dz_g` the slope of tanh is 1 − g². Yours is not squared.",
         "d_g * (1 - g)"),
        ("tanh twice", "In `dz_g` you take tanh of g once more. g is what tanh has made already.",
         "d_g * (1 - torch.tanh(g) ** 2)"),
    )  # fmt: skip
