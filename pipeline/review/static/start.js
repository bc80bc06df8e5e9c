// Before anything is shown: what needs the script may show itself.
document.documentElement.classList.add("script");
