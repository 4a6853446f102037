from rewardsmith.proposers.analyst import MOST_LINES, analysis_in


def test_failures_and_suggestions_are_read_from_the_last_block():
    text = (
        'It falls {"failures": ["draft"]}.\n```json\n'
        '{"failures": ["falls at step 40"], "suggestions": ["pay height", "halve lean"]}\n```'
    )
    found = analysis_in(text, "g00-c01")
    assert found.candidate == "g00-c01"
    assert found.failures == ("falls at step 40",)
    assert found.suggestions == ("pay height", "halve lean")


def test_an_answer_of_another_form_says_nothing_and_a_single_sentence_is_a_list_of_one():
    assert analysis_in("It is fine.", "c") == analysis_in('{"failures": []}', "c")
    assert analysis_in('{"failures": "it falls", "suggestions": 3}', "c").failures == ("it falls",)


def test_what_is_kept_is_short_plain_and_little():
    lines = ", ".join(['"a\\u202e\\nb' + "x" * 900 + '"'] * 9)
    found = analysis_in(f'{{"suggestions": [{lines}]}}', "c")
    assert len(found.suggestions) == MOST_LINES
    assert all(len(line) <= 300 and line.startswith("a b") for line in found.suggestions)
