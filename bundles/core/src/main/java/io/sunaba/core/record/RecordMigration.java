package io.sunaba.core.record;

import com.google.gson.JsonObject;
import java.util.List;

/// Brings records that an earlier version wrote into the form of this one, a format at a time.
///
/// Whoever gives the format a new number adds a step here, a sample of the format before to the
/// tests, and nothing else: a record is brought up to date whenever it is read, and written in the
/// new format with its next change.
///
/// @param oldest the format that the first step takes
/// @param steps each takes a record to the next format; the last one to the present
record RecordMigration(int oldest, List<Step> steps) {
    /// From one format to the next.
    interface Step {
        /// Returns a record in the next format, its number included.
        ///
        /// @param type what it is a record of
        JsonObject migrate(Class<?> type, JsonObject record);
    }

    /// Format 1 is the first.
    static final RecordMigration PRESENT = new RecordMigration(1, List.of());

    RecordMigration {
        steps = List.copyOf(steps);
    }

    /// The format that the last step leads to.
    int newest() {
        return oldest + steps.size();
    }

    JsonObject bringUpToDate(Class<?> type, int format, JsonObject record) {
        JsonObject migrated = record;
        for (Step step : steps.subList(format - oldest, steps.size())) {
            migrated = step.migrate(type, migrated);
        }
        return migrated;
    }
}
