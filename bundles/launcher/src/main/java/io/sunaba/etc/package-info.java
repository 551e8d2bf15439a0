/// Reads configuration files and checks them against what bundles say of their configuration.
///
/// Private to each bundle that holds it.
@NullMarked
package io.sunaba.etc;

import org.jspecify.annotations.NullMarked;
