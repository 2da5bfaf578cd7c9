/*!
 * jQuery JavaScript Library v1.11.3
 * http://jquery.com/
 */
(function (window) {
  var jQuery = function (selector) { return new jQuery.fn.init(selector); };
  jQuery.fn = { html: function (value) { this[0].innerHTML = value; }, append: function (node) { this[0].appendChild(node); } };
  jQuery.ajax = function (url, done) { var x = new XMLHttpRequest(); x.open("GET", url); x.onload = done; x.send(); };
  window.$ = window.jQuery = jQuery;
})(window);
