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
  return { make, number };
})();
