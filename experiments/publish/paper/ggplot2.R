# Draws every figure of a folder of exhibits again with ggplot2, at the same size and
# from its data, as a second rendering that shares no code with the first:
#
#   Rscript experiments/publish/paper/ggplot2.R results/paper-quick/figures second-rendering
#
# Marks come from NAME.csv; the names, scales and orders of the axes from NAME.vl.json.
library(ggplot2)

# json reads JSON as nested lists: its tokens are those of R but for a few.
json <- function(file) {
  text <- paste(readLines(file, encoding = "UTF-8"), collapse = "\n")
  tokens <- regmatches(text, gregexpr('"([^"\\\\]|\\\\.)*"|[][{}:,]|[^][{}:,"[:space:]]+', text, perl = TRUE))[[1]]
  same <- c("{" = "list(", "[" = "list(", "}" = ")", "]" = ")", ":" = "=", "null" = "NA", "true" = "TRUE", "false" = "FALSE")
  tokens <- ifelse(tokens %in% names(same), same[tokens], tokens)
  eval(parse(text = paste(tokens, collapse = ""), keep.source = FALSE))
}

# channel is the first encoding of a panel on x, y or color that has a title.
channel <- function(panel, name) {
  for (layer in c(list(panel), panel$layer)) {
    found <- layer$encoding[[name]]
    if (is.character(found$title)) return(found)
  }
}

has_zero_line <- function(panel) any(sapply(panel$layer, function(l) identical(l$encoding$y$datum, 0)))

heat_map <- function(d, panel) {
  fill <- channel(panel, "color")
  digits <- max(nchar(sub("^[^.]*\\.?", "", sapply(panel$data$values, function(v) v$text))))
  d$x <- factor(d$x, unlist(channel(panel, "x")$sort))
  d$y <- factor(d$y, rev(unlist(channel(panel, "y")$sort)))
  symlog <- scales::pseudo_log_trans(if (is.null(fill$scale$constant)) 1 else fill$scale$constant)
  d$face <- ifelse(d$series %in% "not told from zero", "italic", ifelse(d$series %in% "told from zero" & d$value > 0, "bold", "plain"))
  ggplot(d, aes(x, y, fill = value)) +
    geom_tile(colour = "grey90", na.rm = TRUE) +
    geom_text(aes(fontface = face, label = ifelse(is.na(value), "–", formatC(round(value, digits) + 0, digits, format = "f", big.mark = ","))), size = 8 / .pt) +
    scale_fill_gradient2(low = "#0072b2", high = "#d55e00", na.value = "grey95", limits = range(unlist(fill$scale$domain)), trans = if (identical(fill$scale$type, "symlog")) symlog else "identity") +
    scale_x_discrete(labels = function(s) gsub(" ", "\n", s)) +
    labs(fill = fill$title)
}

waterfall <- function(d) {
  ggplot(d, aes(y = factor(name, rev(unique(name))))) +
    geom_linerange(aes(xmin = lo, xmax = hi, colour = value < 0), linewidth = 2.5, show.legend = FALSE) +
    geom_text(aes(x = hi, label = formatC(round(value, 1) + 0, 1, format = "f", big.mark = ",")), size = 8 / .pt, hjust = -0.2) +
    geom_vline(xintercept = 0)
}

series <- function(d, panel) {
  d$x <- as.numeric(d$x)
  marks <- d[d$kind == "mark", ]
  d <- d[d$kind != "mark", ]
  d$name <- sub("^$", "unnamed", d$name)
  d$name <- factor(d$name, unique(d$name))
  of <- function(kind) d[d$kind == kind, ]
  bars <- d[d$kind != "band" & !is.na(d$lo), ]
  points <- rbind(of("points"), bars)
  p <- ggplot(d, aes(x, value, colour = name, fill = name, linetype = name, group = series)) +
    geom_ribbon(aes(ymin = lo, ymax = hi), of("band"), alpha = 0.22, colour = NA, show.legend = FALSE) +
    geom_line(data = of("line"), na.rm = TRUE) +
    geom_errorbar(aes(ymin = lo, ymax = hi), bars, width = 0, linetype = "solid", show.legend = FALSE) +
    (if (nrow(points) > 0) geom_point(aes(shape = name), points, na.rm = TRUE)) +
    geom_vline(aes(xintercept = x), marks, linetype = "dashed", colour = "grey40") +
    geom_text(aes(x, Inf, label = name), marks, inherit.aes = FALSE, size = 7 / .pt, hjust = 0, vjust = 1.2) +
    scale_colour_manual(values = unname(palette.colors())[-5], limits = levels(d$name), aesthetics = c("colour", "fill")) +
    scale_shape_discrete(limits = levels(d$name)) +
    scale_linetype_discrete(limits = levels(d$name)) +
    labs(colour = NULL, fill = NULL, linetype = NULL, shape = NULL)
  if (has_zero_line(panel)) p <- p + geom_hline(yintercept = 0)
  if (identical(channel(panel, "x")$scale$type, "log")) p <- p + scale_x_log10()
  if (identical(channel(panel, "y")$scale$type, "log")) p <- p + scale_y_log10()
  key <- if (all(d$name == "unnamed")) "none" else guide_legend(ncol = if (max(nchar(levels(d$name))) > 25) 1 else 2)
  p <- p + guides(colour = key, fill = key, linetype = key, shape = key)
  p
}

draw <- function(d, panel) {
  p <- switch(d$kind[1], cell = heat_map(d, panel), bar = waterfall(d), series(d, panel))
  p + labs(x = channel(panel, "x")$title, y = channel(panel, "y")$title, title = panel$title$text) +
    theme_bw(8) + theme(legend.position = if (d$kind[1] == "cell") "right" else "bottom")
}

# inches is the printed size of a figure, from the head of its PNG of 300 dots an inch.
inches <- function(file) readBin(readBin(file, "raw", 24)[17:24], "integer", 2, endian = "big") / 300

args <- commandArgs(trailingOnly = TRUE)
dir.create(args[2], showWarnings = FALSE, recursive = TRUE)
for (file in list.files(args[1], "\\.csv$", full.names = TRUE)) {
  stem <- sub("\\.csv$", "", file)
  data <- read.csv(file, colClasses = c(name = "character", x = "character", y = "character"), encoding = "UTF-8")
  spec <- json(paste0(stem, ".vl.json"))
  size <- inches(paste0(stem, ".png"))
  png(file.path(args[2], paste0(basename(stem), ".png")), size[1], size[2], units = "in", res = 300)
  columns <- spec$columns
  rows <- ceiling(length(spec$concat) / columns)
  grid::pushViewport(grid::viewport(layout = grid::grid.layout(rows, columns)))
  for (i in seq_along(spec$concat)) {
    place <- grid::viewport(layout.pos.row = (i - 1) %/% columns + 1, layout.pos.col = (i - 1) %% columns + 1)
    print(draw(data[data$panel == i, ], spec$concat[[i]]), vp = place)
  }
  dev.off()
}
