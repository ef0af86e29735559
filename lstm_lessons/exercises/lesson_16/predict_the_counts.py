"""16.2: multiplications, products and calls, counted without running anything."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Quantity
from lstm_lessons.exercises.engine.question import row

EXERCISE = DictExercise(
    "16.2",
    questions=(
        Quantity("multiplications", "How many weights have the two matrices, and how often is each "
                 "one used?", (
            row("one step counted", "{keys}: that is a single step. There are T = 10.", 30_000),
            row("one line counted", "{keys}: that is a single line. There are B = 5.", 60_000),
            row("the weights counted", "{keys}: 6000 is the number of weights, 4H(I + H). Each is "
                "used at every step, for every line.", 6_000),
            row("one gate counted", "{keys}: that is one gate. There are four.", 75_000),
            row("with x alone", "{keys}: those are the products with x alone.", 120_000),
            row("with h alone", "{keys}: those are the products with h alone.", 180_000),
            row("operations counted", "{keys}: that is twice as many. An addition that follows is "
                "no multiplication.", 600_000),
            row("the biases multiplied", "{keys}: you count the biases as well. They are added.",
                306_000, 312_000),
        )),
        Quantity("waiting", "Which product needs the h of the step before?", (
            row("what does not wait", "{keys}: those are with x, and they are made before the "
                "loop.", 120_000),
            row("nothing hoisted", "{keys}: that is all of them. Those with x have left the loop.",
                300_000),
            row("one step waits", "{keys}: that is a single step. There are T = 10.", 18_000),
            row("one line waits", "{keys}: that is a single line. There are B = 5.", 36_000),
            row("one gate waits", "{keys}: that is one gate. There are four.", 45_000),
        )),
        Quantity("products, eight", "How many are there in one turn of the loop?", (
            row("products of a step", "{keys}: that is one step. There are T = 10.", 8),
            row("a product a gate", "{keys}: that is one a gate. x and h have a product each.", 40),
            row("products for each line", "{keys}: you count a product for each line. All five "
                "lines are in one product, as its rows.", 400),
            row("a product a step", "{keys}: that is one a step. Here each gate has its own.", 10),
        )),
        Quantity("products, hoisted", "How many are in its loop, and how many stand before it?", (
            row("the lifted one forgotten", "{keys}: those are in the loop. There is one more, "
                "before it.", 10),
            row("nothing lifted", "{keys}: that is two a step. The products with x have become a "
                "single one.", 20),
            row("the loop forgotten", "{keys}: only the product with x is made at once. The loop "
                "still makes one a step, with h.", 1, 2),
            row("four gates apart", "{keys}: you count a product for each gate. They are stacked.",
                44, 41),
        )),
        Quantity("H doubled", "Write 4H(I + H) for both, and divide.", (
            row("only the rows doubled", "{keys}: H is in both: in the rows, 4H, and in the "
                "columns of the matrix that reads h.", 2),
            row("both taken as squares", "{keys}: it is 4 only for the matrix that reads h. The "
                "one that reads x has I columns, as before.", 4),
            row("as if I were H", "{keys}: that is so where I = H, as in the lesson. Here the "
                "columns go from 20 + 30 to 20 + 60.", 3),
            row("a quarter too many", "{keys}: the columns go from 20 + 30 to 20 + 60, which is "
                "1.6 times, and the rows double as well.", 1.6),
        )),
        Quantity("B doubled", "Does a call know how many lines it computes?", (
            row("calls grow with B", "{keys}: the *multiplications* double. A call takes all "
                "lines at once.", 2),
            row("calls grow a little", "{keys}: no call is added. The same calls have more rows.",
                1.5),
        )),
    ),
    praise="Counted, not measured: that is what to hold a clock against.",
)  # fmt: skip
