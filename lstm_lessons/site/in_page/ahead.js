// The pictures next to the one that is shown, drawn while the reader looks at it.
// To a key a slider moves by one step: what it will show can be ready before the key is pressed.

const same = (values) => JSON.stringify(Object.entries(values).sort());

export class Ahead {
  ready = new Map(); // by their values; each says what is new beside the picture that is shown
  row = null; // the control that is in use
  step = 1; // its last direction

  // The reader has come to a control, or has moved it.
  use(row, from, to) {
    this.row = row;
    if (from !== to) this.step = place(row, to) < place(row, from) ? -1 : 1;
  }

  // Another picture is shown: what was next to the one before is no longer.
  shown() {
    this.ready.clear();
  }

  keep(drawn) {
    this.ready.set(same(drawn.values), drawn);
  }

  take(values) {
    return this.ready.get(same(values));
  }

  // The values that should be drawn next, or undefined.
  wanted(values) {
    if (!this.row) return undefined;
    const { name } = this.row;
    return [this.step, -this.step]
      .map((step) => neighbour(this.row, values[name], step))
      .filter((value) => value !== undefined)
      .map((value) => ({ ...values, [name]: value }))
      .find((each) => !this.take(each));
  }
}

function place(row, value) {
  return row.kind === "choice" ? row.options.indexOf(value) : Number(value);
}

function neighbour(row, value, step) {
  if (row.kind === "choice") return row.options[row.options.indexOf(value) + step];
  if (row.kind !== "range") return undefined; // nobody knows what will be typed
  const slider = document.createElement("input"); // rounds as the reader's own does
  slider.type = "range";
  Object.assign(slider, { min: row.low, max: row.high, step: row.step, value });
  if (step > 0) slider.stepUp();
  else slider.stepDown();
  return Number(slider.value) === value ? undefined : Number(slider.value);
}
