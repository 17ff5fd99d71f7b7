# The reference that the quick count is held to: R's survey package (Debian: r-cran-survey) on the same results.
# `Rscript estimate.R` in this folder writes expected.csv into every case, with all the digits of a double.
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust", warn = 2)

estimate <- function(case) {
  population <- read.csv(file.path(case, "population.csv"))
  stations <- read.csv(file.path(case, "stations.csv"))
  results <- read.csv(file.path(case, "results.csv"))
  sample <- merge(results, stations, by = "station")
  sample$fpc <- population$population[match(sample$region, population$stratum)]
  sample$valid <- sample$E + sample$F + sample$G
  design <- svydesign(ids = ~1, strata = ~region, fpc = ~fpc, data = sample)
  ratios <- list(
    turnout = svyratio(~C, ~registered, design),
    invalid = svyratio(~D, ~C, design),
    `candidate-1` = svyratio(~E, ~valid, design),
    `candidate-2` = svyratio(~F, ~valid, design),
    `candidate-3` = svyratio(~G, ~valid, design)
  )
  interval <- sapply(ratios, function(ratio) diff(as.vector(confint(ratio, level = 0.95))) / 2)
  expected <- data.frame(
    name = names(ratios),
    estimate = sapply(ratios, function(ratio) sprintf("%.17g", coef(ratio))),
    standard_error = sapply(ratios, function(ratio) sprintf("%.17g", SE(ratio))),
    margin = sprintf("%.17g", interval)
  )
  write.csv(expected, file.path(case, "expected.csv"), row.names = FALSE, quote = FALSE)
}

for (results in Sys.glob("*/results.csv")) estimate(dirname(results))
cat(R.version.string, "survey", format(packageVersion("survey")), "\n", file = "versions.txt")
