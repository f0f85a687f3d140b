"""An answer in words, for a screen and for a terminal, in the reader's language."""

from __future__ import annotations

from lightbox_edge.asking.reply import Reply
from lightbox_edge.asking.where import Where
from lightbox_edge.languages import ENGLISH, Language


def warning(say: Language = ENGLISH) -> str:
    """What holds for all words of a person's own."""
    return say(
        "These words were never validated: the figure orders films, it is no probability of a disease, "
        "and it sets off nothing."
    )


def english_only(say: Language = ENGLISH) -> str:
    """What is no error and no answer either."""
    return say("Ask in English: words in another language get a figure too, and it means nothing.")


def in_words(reply: Reply, say: Language = ENGLISH) -> list[str]:
    """Sentences, the most important first; the last says what the answer is not."""
    told = [_probability(reply, say), *_place(reply, say), *_outline(reply, say)]
    if reply.asked_of:
        told.append(say("{bundle} answers; another bundle screened this film.", bundle=reply.asked_of))
    return [*told, say("No diagnosis: a person decides.")]


def place_in_words(where: Where, say: Language = ENGLISH) -> str:
    """The part of the film, then the patient's part where it is known."""
    third = (
        (
            say("upper left of the film"),
            say("upper middle of the film"),
            say("upper right of the film"),
        ),
        (
            say("left of the film, half way down"),
            say("middle of the film"),
            say("right of the film, half way down"),
        ),
        (
            say("lower left of the film"),
            say("lower middle of the film"),
            say("lower right of the film"),
        ),
    )[where.down][where.across]
    part = {
        "lung_left": say("the patient's left lung"),
        "lung_right": say("the patient's right lung"),
        "heart": say("the heart"),
        "beside": say("beside lungs and heart"),
        None: "",
    }[where.part]
    return f"{third}, {part}" if part else third


def _probability(reply: Reply, say: Language) -> str:
    score = reply.score
    probability, threshold = f"{score.probability:.2f}", f"{score.threshold:.2f}"
    if not score.validated:
        return say("Probability {probability}, not calibrated.", probability=probability) + " " + warning(say)
    if score.flagged:
        return say(
            "Probability {probability}: flagged. This is the bundle's own finding, flagged from {threshold}.",
            probability=probability,
            threshold=threshold,
        )
    return say(
        "Probability {probability}: not flagged. This is the bundle's own finding, flagged from {threshold}.",
        probability=probability,
        threshold=threshold,
    )


def _place(reply: Reply, say: Language) -> list[str]:
    told = []
    if reply.where is None:
        told.append(say("The words fit no place of the film better than another."))
    else:
        told.append(say("They fit best here: {place}.", place=place_in_words(reply.where, say)))
    if reply.side is not None:
        told.append(_side(reply, say))
    if reply.where is not None:
        told.append(say("A place is a hint: the map is coarse."))
    return told


def _side(reply: Reply, say: Language) -> str:
    if not reply.is_on_side:
        return say("The lung on that side was not found, so the whole film was looked at.")
    if reply.side == "left":
        return say("Looked at about the patient's left lung alone; the probability is the whole film's.")
    return say("Looked at about the patient's right lung alone; the probability is the whole film's.")


def _outline(reply: Reply, say: Language) -> list[str]:
    """What the segmenter made of it, where there is one; the place has been told all the same."""
    region = reply.region
    if region.predicted_iou is None:
        return []
    if region.mask is None:
        return [say(region.reason)]
    return [say("The outline is where a model looks, not how large a disease is.")]
