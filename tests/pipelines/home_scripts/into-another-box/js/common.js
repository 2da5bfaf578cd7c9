$(function () {
  $("#fontSizeNow").html("<b>中</b>");
  var hits = 3;
  document.getElementById("articleHits").innerHTML = "阅读：" + hits;
});
