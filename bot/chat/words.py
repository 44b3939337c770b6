"""Words that say nothing about which market is meant."""

from __future__ import annotations

_WORDS = """
change changed changes changing moved moving crowd argument debate hows whys guys right ask asked anyone else
a about above according actually after again ago ahead all almost already also am an and another any anybody anyone
anything are as ask at away back be because been before being bet between bot both bro but by can cant chance chances
chart close closed closer closes closing come could couldnt crux currently d data date day days deadline decide
decided decides did didnt do does doesnt doing done dont down dude due eh either else end ends enough er etc even
evening ever every everyone evidence exactly explain far few figure figures find first for found from fyi get gets
getting give gives gm go goes going gonna good got graph guess had happen happened happening happens has hasnt have
havent he hello help her here hey hi him his hm hmm how however hows huh i id if ill im in info instead into is isnt
it itd its itself ive just kind kinda know known lately later latest let lets level like likely link little ll lol
long look looking looks lot made main make makes many market markets may maybe me mean means meant might mine moment
more morning most much must my need needed needs never new news next nice no nobody not nothing now number numbers
odds of off oh ok okay on once one ones only or other our out over page part people per percent picture place please
plot pls plz point points possible price prob probability probably progress put question quite rather re read real
really reason remind resolution resolve resolved resolves resolving rest result right rn rule rules said same saw say
saying says see seem seems seen send shall share should show shows since so some someone something soon sorry sort
source sources stand standing stands state status still stuff such sup sure take takes taking tell than thank thanks
that thatll thats the their them then there thereabouts theres these they thing things think this those though thx
till time to today told tomorrow tonight too track tracking tracks trend true try trying turn two u um understand
until up update updates ur us use using usually value values ve very view vs wait waiting want wanted was wasnt way we
week weeks well were werent what whatever whats when whens where wheres whether which while who whole whos whose why
will win winning wins wish with within without wonder wondering wont work working would wouldnt wtf ya yall yeah yes
yesterday yet yo you youd your youre yours
"""

STOP = frozenset(_WORDS.split())
