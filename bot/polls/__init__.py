"""Polls made in a chat: what an organiser types after `/poll`, turned into a flow file and told back in plain words.

    line.read("Quel jour ? | mardi | jeudi | 3d hidden", now=..., zone="Europe/Paris", lang="fr", place_public=True)
                                    -> a `PollLine`, or every mistake at once
    writing.flow_text(found, id="quel-jour", lang="fr", zone=found.zone)
                                    -> a file for `flows.load.load_text`
    preview.preview(flow, lang="fr", ...)
                                    -> what will happen, before anybody is asked anything

The one rule: nothing that was typed disappears. Each word is part of the question, of a choice, or a setting that the
preview states; what is none of them is a mistake that names it.
"""
