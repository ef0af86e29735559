"""The LSTM by hand: one step, the loop over time, and the twins of torch's modules."""
