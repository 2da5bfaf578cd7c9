$(function () {
  $.getJSON("/api/news?n=8", function (rows) {
    var html = "";
    $.each(rows, function (i, row) { html += '<li><a href="' + row.url + '">' + row.title + "</a><span>" + row.date + "</span></li>"; });
    $("#news").html("<ul>" + html + "</ul>");
  });
});
