mod brute_force;
mod examples;
mod random;
