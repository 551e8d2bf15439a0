package io.sunaba.benchmarks;

import org.jspecify.annotations.Nullable;

/// Something that is measured, next to its floor.
///
/// @param floor what it is compared with; null if it is a floor itself
/// @param aim what its ratio to the floor should not pass, or 0 if there is no aim
record Measure(String title, String meaning, @Nullable Measure floor, double aim) {
    static Measure floor(String title, String meaning) {
        return new Measure(title, meaning, null, 0);
    }

    static Measure next(String title, String meaning, Measure floor, double aim) {
        return new Measure(title, meaning, floor, aim);
    }

    boolean isFloor() {
        return floor == null;
    }
}
