"""Films for a distant reader, without their patients, and the answers back into the log.

`Packing` makes a pack of the films that `choosing_films` finds; `age_keys` encrypts it; `referrals` keeps at
home which film each number is; `take_in` brings the answers into the log of decisions.
"""
