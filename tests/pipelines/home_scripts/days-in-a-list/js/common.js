/* 导航、选项卡、返回顶部、滚动 */
$(function () {
  $(".nav > li").hover(function () {
    $(this).addClass("on").find("ul").stop(true, true).slideDown(200);
  }, function () {
    $(this).removeClass("on").find("ul").slideUp(200);
  });
  $(".tab li").mouseover(function () {
    var n = $(this).index(), href = $(this).find("a").attr("href");
    $(this).addClass("cur").siblings().removeClass("cur");
    $(".con").eq(n).show().siblings(".con").hide();
  });
  $(".focus").slide({ titCell: ".hd ul", mainCell: ".bd ul", autoPage: true, effect: "leftLoop" });
  $(window).scroll(function () {
    if ($(window).scrollTop() > 100) { $("#gotop").fadeIn(); } else { $("#gotop").fadeOut(); }
  });
  $("#gotop").click(function () { $("html,body").animate({ scrollTop: 0 }, 500); return false; });
  if (/^(?:["']|\/)$/.test(location.pathname)) { $(".nav li:first").addClass("cur"); }
});
// 选项卡
function setTab(name, cursel, n) {
  for (var i = 1; i <= n; i++) {
    var menu = document.getElementById(name + i), con = document.getElementById("con_" + name + "_" + i);
    menu.className = i == cursel ? "hover" : "";
    con.style.display = i == cursel ? "block" : "none";
  }
}
function AddFavorite(url, title) {
  try { window.external.addFavorite(url, title); }
  catch (e) { alert("加入收藏失败，请使用Ctrl+D进行添加"); } // $.ajax("/never.json") in a comment
}
function marquee() {
  var all = document.getElementById("demo"), one = document.getElementById("demo1"), two = document.getElementById("demo2");
  two.innerHTML = one.innerHTML;
  function step() { if (two.offsetTop - all.scrollTop <= 0) { all.scrollTop -= one.offsetHeight; } else { all.scrollTop++; } }
  var timer = window.setInterval(step, 40);
  all.onmouseover = function () { clearInterval(timer); };
}
