// What all scripts make their elements with, and how they write a count.
"use strict";
var elements = (() => {
  function make(name, classes, text) {
    const element = document.createElement(name);
    if (classes) element.className = classes;
    if (text !== undefined) element.textContent = text;
    if (name === "button") element.type = "button";
    return element;
  }
  const number = (count) => count.toLocaleString("en");
  // The approval statuses of uses, by their bits.
  const APPROVAL_STATUS = [[1, "approved", "approval-approved"], [2, "accelerated approval", "approval-accelerated_approval"], [4, "used", "approval-used"]];
  const approval = (bits) => APPROVAL_STATUS.filter(([bit]) => bits & bit).map(([, text, classes]) => make("span", `chip ${classes}`, text));
  return { make, number, approval };
})();
