class Pipectl < Formula
  desc "{summary}"
  homepage "{repository}"
  version "{version}"
  license "{licence}"

{blocks}
  def install
    bin.install "pipectl"
    generate_completions_from_executable(bin/"pipectl", "completions")
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/pipectl version")
    system bin/"pipectl", "init"
    system bin/"pipectl", "apply", "--local", "--yes"
  end
end
