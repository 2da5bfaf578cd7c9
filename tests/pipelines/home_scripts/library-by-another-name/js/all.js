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
$(function () {
  $.getJSON("/api/news?n=8", function (rows) {
    var html = "";
    $.each(rows, function (i, row) { html += '<li><a href="' + row.url + '">' + row.title + "</a><span>" + row.date + "</span></li>"; });
    $("#news").html("<ul>" + html + "</ul>");
  });
});
