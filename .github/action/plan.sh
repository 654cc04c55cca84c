#!/usr/bin/env bash
# Plans, and shows the plan as the summary of the job and as a comment of the pull request. The comment of an earlier plan
# for the same pipeline and stage is written anew.
# in: PIPECTL, FILE, STAGE, REGION, OPTIONS, PULL_REQUEST (no comment without one); out: changes
set -euo pipefail

plan=$RUNNER_TEMP/pipectl-plan.md
arguments=(plan --markdown --detailed-exitcode --file "$FILE" ${STAGE:+--stage "$STAGE"} ${REGION:+--region "$REGION"})
read -ra options <<< "$OPTIONS"

status=0
"$PIPECTL" "${arguments[@]}" ${options[@]+"${options[@]}"} > "$plan" || status=$?
cat "$plan" >> "$GITHUB_STEP_SUMMARY"
case $status in
  0) echo 'changes=false' >> "$GITHUB_OUTPUT" ;;
  2 | 4) echo 'changes=true' >> "$GITHUB_OUTPUT" ;;
  *) exit "$status" ;;
esac

# What is refused, for its costs say, is a comment first: it says why.
if [ -s "$plan" ] && [ -n "$PULL_REQUEST" ]; then
  # GitHub takes 65,536 characters.
  head -c 65000 "$plan" > "$plan.comment"
  comments=repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments
  # A hidden line, and the heading that names pipeline and stage.
  HEAD=$(head -n 2 "$plan")
  export HEAD
  earlier='.[] | select(.user.type == "Bot" and ((.body | gsub("\r"; "")) | startswith(env.HEAD))) | .id'
  id=$(gh api --paginate "$comments" --jq "$earlier" | head -n 1)
  if [ -n "$id" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$plan.comment"
  else
    gh api --silent --method POST "$comments" --field "body=@$plan.comment"
  fi
fi
[ "$status" != 4 ] || exit 4
