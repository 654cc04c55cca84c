#!/usr/bin/env bash
# Plans, applies or looks for drift. What came of it is the summary of the job; a plan is a comment of the pull request, too,
# which the next plan for the same pipeline and stage writes anew.
# usage: run.sh plan|apply|drift
# in: PIPECTL, FILE, STAGE, REGION, OPTIONS, PLAN_FILE, PULL_REQUEST (no comment without one); out: changes
set -euo pipefail

where=(--file "$FILE" ${STAGE:+--stage "$STAGE"} ${REGION:+--region "$REGION"})
read -ra options <<< "$OPTIONS"
report=$RUNNER_TEMP/pipectl-report.md

# pipectl ARGUMENT...: what it prints goes into the report, its exit code into `status`.
pipectl() {
  status=0
  "$PIPECTL" "$@" "${where[@]}" ${options[@]+"${options[@]}"} > "$report" || status=$?
}

summarize() { cat "$report" >> "$GITHUB_STEP_SUMMARY"; }

comment() {
  # GitHub takes 65,536 characters.
  head -c 65000 "$report" > "$report.comment"
  comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
  # A hidden line, and the heading that names pipeline and stage.
  HEAD=$(head -n 2 "$report")
  export HEAD
  earlier='.[] | select(.user.type == "Bot" and ((.body | gsub("\r"; "")) | startswith(env.HEAD))) | .id'
  id=$(gh api --paginate "$comments" --jq "$earlier" | head -n 1)
  if [ -n "$id" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$report.comment"
  else
    gh api --silent --method POST "$comments" --field "body=@$report.comment"
  fi
}

case $1 in
  plan)
    pipectl plan --markdown --detailed-exitcode ${PLAN_FILE:+--out "$PLAN_FILE"}
    summarize
    case $status in
      0) echo 'changes=false' >> "$GITHUB_OUTPUT" ;;
      2 | 4) echo 'changes=true' >> "$GITHUB_OUTPUT" ;;
      *) exit "$status" ;;
    esac
    # What is refused, for its costs say, is a comment first: it says why.
    if [ -s "$report" ] && [ -n "$PULL_REQUEST" ]; then comment; fi
    [ "$status" != 4 ] || exit 4
    ;;
  apply)
    [ -n "$PLAN_FILE" ] || { echo '`apply` needs `plan-file`: what somebody has read is applied, or nothing' >&2; exit 3; }
    pipectl apply --plan "$PLAN_FILE"
    { echo '```text'; cat "$report"; echo '```'; } >> "$GITHUB_STEP_SUMMARY"
    exit "$status"
    ;;
  drift)
    pipectl plan --drift-only --markdown
    summarize
    [ "$status" = 2 ] && echo 'changes=true' >> "$GITHUB_OUTPUT"
    [ "$status" = 0 ] && echo 'changes=false' >> "$GITHUB_OUTPUT"
    exit "$status"
    ;;
  *)
    echo "there is no command \`$1\`: plan, apply, drift" >&2
    exit 3
    ;;
esac
