"""The party file of a session with other people at the table than the script's five."""
import json


def party_for(people, path):
    """The party of `path` with its characters given to those who play them in this session."""
    with open(path, encoding="utf-8") as file:
        parties = json.load(file)
    (party,) = parties.values()
    known = {character["name"]: character for character in party["characters"]}
    party["characters"] = [{**known[character], "player": person["name"]}
                           for person in people if person["role"] == "PLAYER" for character in person["characters"]]
    return parties
