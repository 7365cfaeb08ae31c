"""A visitor who has a keyboard and nothing else."""

import re

import people


class Keys:
    """What somebody does who reaches everything by Tab, arrows and Enter."""

    def __init__(self, page):
        self.page = page

    def press(self, target) -> None:
        """This function will go to a link or button, press it, and wait for what comes."""
        people.walk_to(self.page, target)
        self.page.keyboard.press("Enter")
        self.page.wait_for_load_state()

    def press_button(self, name: str | re.Pattern) -> None:
        self.press(self.page.locator("main").get_by_role("button", name=name, exact=isinstance(name, str)).first)

    def write(self, label: str, words: str) -> None:
        """This function will go to a field and type there; what stood in it is written over."""
        field = self.page.get_by_label(re.compile(rf"^{re.escape(label)}( optional)?$")).first
        people.walk_to(self.page, field)
        if field.evaluate("element => element.tagName") != "SELECT":
            self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def choose(self, target) -> None:
        """This function will go to the group of a radio button and press the arrows until it is chosen."""
        name = target.get_attribute("name")
        buttons = self.page.locator(f"input[type=radio][name={name}]")
        if not target.is_checked():
            chosen = self.page.locator(f"input[type=radio][name={name}]:checked")
            people.walk_to(self.page, chosen if chosen.count() else buttons.first)
            if not chosen.count():
                self.page.keyboard.press("Space")
            for _ in range(buttons.count()):
                if target.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
        assert target.is_checked()
