$(function () { $(".wrap div:first").newsList({ rows: 8 }); });
