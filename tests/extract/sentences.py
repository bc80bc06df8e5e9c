"""Invented sentences that a table's row is shown by where no invented page has one: a new row without one fails the tests."""

from __future__ import annotations

#: After "Zolafen is approved to treat:" and an item, in a use section of its own.
AFTER_A_LIST = (
    "Zolafen is under study for glioma.",
    "Accelerated approval was given for this use.",
    "The FDA has given this use accelerated approval.",
    "The use of zolafen to treat glioma is approved under FDA's Accelerated Approval Program.",
    "The approval for glioma is an accelerated approval.",
    "Alvera is approved for all of these uses.",
    "Bexida is used for these uses.",
    "The FDA has withdrawn approval of zolafen for the treatment of glioma.",
    "The approval for glioma, which zolafen got in 2021, was later taken back and is now lapsed.",
    "Zolafen lost its approval for glioma.",
    "Zolafen was once approved to treat glioma.",
    "Zolafen may not be indicated for all patients with glioma.",
    "Zolafen is approved for neither glioma nor sarcoma.",
    "Zolafen is not for use in children.",
    "Glioma is not an approved use of zolafen.",
    "Zolafen is no longer sold.",
    "Other drugs are given with it.",
    "This category includes brain stem glioma.",
    "Treatment may continue until the glioma grows.",
    "Patients have blood tests before each dose.",
    "If the tumor grows, some must stop.",
    "Each liposome may make the fat stay longer.",
    "It can dissolve from the wafer.",
    "Zolafen is sometimes prescribed for other uses; ask your doctor for more information.",
    "Talk to your doctor about the risks of using zolafen.",
    "Zolafen is in a class of medications called kinase inhibitors.",
    "Zolafen can be taken by adults.",
    "Your doctor can tell you if zolafen is right for you.",
    "It may be used to treat other cancers as part of a clinical trial.",
    "Researchers are looking at zolafen for glioma in clinical trials.",
    "This use is only for patients who cannot have surgery.",
    "Zolafen is made from blood.",
    "Not recommended for the treatment of sarcoma.",
    "For the following indications zolafen has been approved with conditions.",
    "Zolafen is a treatment for glioma.",
    "Zolafen is recommended as an option for treating glioma.",
    "Zolafen may also be used for purposes not listed in this guide.",
)

#: Behind "- **Glioma**" in such a list.
IN_AN_ITEM = (
    " in adults for up to two years.",
    ". It is for adults who have had surgery.",
    ". It is given for six cycles with vintelamide.",
)
