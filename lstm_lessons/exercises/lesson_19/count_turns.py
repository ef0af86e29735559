"""19.3: rounds, joins and turns of a scan over 100 steps."""

from lstm_lessons.exercises.engine.dict_exercise import DictExercise
from lstm_lessons.exercises.engine.kinds import Quantity
from lstm_lessons.exercises.engine.question import row, story

EXERCISE = DictExercise(
    "19.3",
    questions=(
        Quantity("rounds", "The reach doubles from 1 on, as long as it is below 100.", (
            row("a round too few", "{keys}: after 6 rounds a dot stands for 64 steps at most.", 6),
            row("a round for each step", "{keys}: a round joins all steps at the same time. You "
                "count the steps, or the joins of a loop.", 99, 100),
            row("half the steps", "{keys}: the reach *doubles*, so there are far fewer rounds than "
                "steps.", 50),
            row("a round too many", "{keys}: the reach of round 8 would be 128, and there are only "
                "100 steps.", 8),
        )),
        Quantity("joins in round 1", "How many steps have a step before them?", (
            row("all in round 1", "{keys}: step 0 has no step before it.", 100),
            row("pairs alone", "{keys}: 50 would be pairs that do not overlap. In this scan "
                "*every* step but the first is joined with the one before it.", 50),
        )),
        Quantity("joins", "Add up the rounds: 100 less the reach of each.", (
            row("all steps in all rounds", "{keys}: that is 7 times 100. In each round the first "
                "ones, as many as the reach, are not joined.", 700),
            row("99 in each round", "{keys}: that is 7 times 99. In round 1 one step is not "
                "joined, but in round 2 two are not, and then four.", 693),
            row("the joins of a loop", "{keys}: that is what the loop makes.", 99),
            row("six rounds of joins", "{keys}: you have left out the last round, with a reach of "
                "64.", 573 - 36),
        )),
        Quantity("loop", "c after step 0 is what step 0 lets in. What comes then?", (
            row("a join for step 0", "{keys}: from zeros, c after step 0 is what it lets in: "
                "nothing has to be joined for that.", 100),
            row("the joins of the scan", "{keys}: that is what the scan makes.", 573),
        )),
        Quantity("covered", "A dot stands for 2 steps after round 1.", (
            row("one round too few", "{keys}: that is after round 2.", 4),
            row("a step a round", "{keys}: you count one step more in each round. The number "
                "doubles.", 3),
            row("one round too many", "{keys}: that is after round 4.", 16),
            row("two more in each round", "{keys}: you count two steps more in each round. The "
                "number doubles.", 6),
        )),
        Quantity("turns", "In a round, how many times do 50 hands have to reach out?", (
            row("all joins shared out", "{keys}: that is all 573 joins divided by 50. But a round "
                "cannot begin before the round before it is done.", 12, 11.46),
            row("a turn a round", "{keys}: with 50 hands, 99 joins need two turns.", 7),
            row("two turns in each round", "{keys}: the last round has 36 joins, which 50 hands "
                "make in one turn.", 14),
        )),
    ),
    stories=(
        story("pairs that do not overlap", "You join pairs that do not overlap, 50 and then 25 and "
              "so on. That gives c after the last step alone. In this scan every step is joined, "
              "so that c comes out for each.", {"joins in round 1": 50, "joins": 99}),
    ),
    praise="More work, in far fewer turns: that is the bargain of a scan.",
)  # fmt: skip
