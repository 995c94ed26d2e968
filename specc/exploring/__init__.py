"""What is in a spec's data: `specc data`.

`opening` reads the spec's `data` section alone, `profile` says what each column holds in each split, `judging` what of
it is probably not meant (`leaks` and `shifts` have the measures); `text_form`, `json_form` and `html_page` show it.
"""

from specc.exploring.exploring import Explored, explore
from specc.exploring.profile import Profile

__all__ = ["Explored", "Profile", "explore"]
