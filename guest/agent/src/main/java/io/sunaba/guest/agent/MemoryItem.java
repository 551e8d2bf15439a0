package io.sunaba.guest.agent;

import java.util.Locale;

/// Names of `/proc/meminfo` as items of a metric: `Active(anon)` is `active_anon`.
final class MemoryItem {
    private static final String DIRECT_MAP = "DirectMap";

    private MemoryItem() {}

    static String of(String name) {
        if (name.startsWith(DIRECT_MAP)) {
            return "direct_map_" + name.substring(DIRECT_MAP.length());
        }
        if (name.equals("Percpu")) {
            return "per_cpu";
        }
        String plain = name.replace("HugePages", "Hugepages").replace('(', '_').replace(")", "");
        StringBuilder item = new StringBuilder();
        for (int i = 0; i < plain.length(); i++) {
            if (i > 0 && beginsWord(plain, i)) {
                item.append('_');
            }
            item.append(plain.charAt(i));
        }
        return item.toString().toLowerCase(Locale.ROOT);
    }

    /// A capital after a small letter begins a word, and the one after a single capital, as in
    /// `SReclaimable`.
    private static boolean beginsWord(String name, int at) {
        if (!Character.isUpperCase(name.charAt(at))) {
            return false;
        }
        return Character.isLowerCase(name.charAt(at - 1))
                || (at == 1 && Character.isLowerCase(name.charAt(2)));
    }
}
