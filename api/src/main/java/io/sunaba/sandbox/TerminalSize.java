package io.sunaba.sandbox;

/// The size of a terminal in character cells.
///
/// @param columns its width
/// @param rows its height
public record TerminalSize(int columns, int rows) {}
